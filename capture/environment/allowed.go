package environment

// Allowance lets an environment variable into the record.
type Allowance struct {
	Name        string // a trailing * stands for any rest
	Determinism bool   // it governs whether two runs give the same bits
	Path        bool   // its value is a path, or a list of paths
	Reason      string
}

const (
	bits  = true // Determinism
	paths = true // Path
)

// Allowed is the whole list. A variable that is not on it is never recorded.
// Not on it, among others: PATH and names of users and hosts, which say more about a
// person than about a run, and what package redact would blank anyway.
var Allowed = []Allowance{
	// Python itself.
	{"PYTHONHASHSEED", bits, false, "order of sets of strings"},
	{"PYTHONOPTIMIZE", bits, false, "removes assertions"},
	{"PYTHON_GIL", bits, false, "threads run side by side"},
	{"PYTHON_CPU_COUNT", bits, false, "what os.cpu_count says, and with it the number of workers"},
	{"PYTHON_JIT", bits, false, "compiled instead of interpreted"},
	{"PYTHONPATH", false, paths, "which modules are imported"},
	{"PYTHONHOME", false, paths, "which standard library is imported"},
	{"PYTHONUSERBASE", false, paths, "which user's packages are imported"},
	{"PYTHONNOUSERSITE", false, false, "whether the user's packages are imported"},
	{"PYTHONSAFEPATH", false, false, "whether modules beside the script are imported"},
	{"PYTHONPLATLIBDIR", false, false, "which packages are imported"},
	{"PYTHONUTF8", bits, false, "how text files are decoded"},
	{"PYTHONIOENCODING", bits, false, "how standard streams are decoded"},
	{"PYTHONWARNINGS", false, false, "whether warnings are errors"},
	{"PYTHONDONTWRITEBYTECODE", false, false, "whether bytecode is left beside the code"},
	{"PYTHONUNBUFFERED", false, false, "when output appears"},
	{"PYTHONPYCACHEPREFIX", false, paths, "where bytecode is read from"},
	{"PYTHONEXECUTABLE", false, paths, "what sys.executable says"},

	// Environments.
	{"VIRTUAL_ENV", false, paths, "which packages are imported"},
	{"CONDA_PREFIX", false, paths, "which packages are imported"},
	{"CONDA_DEFAULT_ENV", false, false, "which packages are imported"},
	{"UV_PROJECT_ENVIRONMENT", false, paths, "which packages uv run imports"},
	{"UV_PYTHON", false, paths, "which interpreter uv run takes"},
	{"UV_FROZEN", false, false, "whether uv run may change the lock"},
	{"UV_LOCKED", false, false, "whether uv run may change the lock"},
	{"PYENV_VERSION", false, false, "which interpreter pyenv takes"},
	{"PYSPARK_PYTHON", false, paths, "which interpreter Spark's workers run"},
	{"PYSPARK_DRIVER_PYTHON", false, paths, "which interpreter Spark's driver runs"},
	{"SPARK_HOME", false, paths, "which Spark runs"},
	{"R_LIBS", false, paths, "which packages R loads"},
	{"R_LIBS_USER", false, paths, "which packages R loads"},

	// The dynamic loader and the C library.
	{"LD_LIBRARY_PATH", bits, paths, "which libraries compute"},
	{"LD_PRELOAD", bits, paths, "which libraries compute"},
	{"DYLD_LIBRARY_PATH", bits, paths, "which libraries compute"},
	{"DYLD_INSERT_LIBRARIES", bits, paths, "which libraries compute"},
	{"GLIBC_TUNABLES", bits, false, "which instructions the C library uses"},

	// Threads and instructions of numerical libraries: they decide the order of
	// additions.
	{"OMP_*", bits, false, "threads of OpenMP"},
	{"KMP_*", bits, false, "threads of Intel's and LLVM's OpenMP"},
	{"GOMP_*", bits, false, "threads of GNU's OpenMP"},
	{"MKL_*", bits, false, "threads and instructions of MKL; MKL_CBWR makes results repeatable"},
	{"OPENBLAS_*", bits, false, "threads and instructions of OpenBLAS"},
	{"GOTO_NUM_THREADS", bits, false, "threads of OpenBLAS"},
	{"BLIS_*", bits, false, "threads and instructions of BLIS"},
	{"VECLIB_MAXIMUM_THREADS", bits, false, "threads of Apple's Accelerate"},
	{"NPY_DISABLE_CPU_FEATURES", bits, false, "instructions of NumPy"},
	{"NPY_ENABLE_CPU_FEATURES", bits, false, "instructions of NumPy"},
	{"NPY_PROMOTION_STATE", bits, false, "NumPy's types of results"},
	{"NUMEXPR_*", bits, false, "threads of numexpr"},
	{"NUMBA_*", bits, false, "threads, instructions and compilation of Numba"},
	{"DNNL_*", bits, false, "instructions of oneDNN"},
	{"ONEDNN_*", bits, false, "instructions of oneDNN"},
	{"ATEN_CPU_CAPABILITY", bits, false, "instructions of PyTorch"},
	{"LOKY_*", bits, false, "workers of joblib"},
	{"JOBLIB_*", bits, false, "workers of joblib"},
	{"POLARS_MAX_THREADS", bits, false, "threads of Polars"},
	{"RAYON_NUM_THREADS", bits, false, "threads of Rust libraries"},
	{"JULIA_NUM_THREADS", bits, false, "threads of Julia"},
	{"GOMAXPROCS", bits, false, "threads of Go"},
	{"TOKENIZERS_PARALLELISM", bits, false, "threads of tokenizers"},

	// Accelerators.
	{"CUDA_VISIBLE_DEVICES", bits, false, "which processors, and how many"},
	{"CUDA_DEVICE_ORDER", bits, false, "which processor is the first"},
	{"CUDA_LAUNCH_BLOCKING", bits, false, "order of kernels"},
	{"CUDA_MODULE_LOADING", false, false, "when kernels are loaded"},
	{"CUBLAS_WORKSPACE_CONFIG", bits, false, "whether cuBLAS is deterministic"},
	{"CUBLASLT_WORKSPACE_SIZE", bits, false, "which algorithms cuBLASLt chooses"},
	{"NVIDIA_TF32_OVERRIDE", bits, false, "precision of multiplications"},
	{"NVIDIA_VISIBLE_DEVICES", bits, false, "which processors a container sees"},
	{"HIP_VISIBLE_DEVICES", bits, false, "which processors, and how many"},
	{"ROCR_VISIBLE_DEVICES", bits, false, "which processors, and how many"},
	{"HSA_OVERRIDE_GFX_VERSION", bits, false, "for which processor kernels are built"},
	{"MIOPEN_*", bits, false, "which algorithms MIOpen chooses"},
	{"ZE_AFFINITY_MASK", bits, false, "which of Intel's processors, and how many"},

	// Frameworks.
	{"TORCH_*", bits, false, "precision, determinism and logging of PyTorch"},
	{"TORCHINDUCTOR_*", bits, false, "compilation of PyTorch"},
	{"PYTORCH_*", bits, false, "memory and fallbacks of PyTorch"},
	{"PL_GLOBAL_SEED", bits, false, "seed of Lightning"},
	{"PL_SEED_WORKERS", bits, false, "seeds of Lightning's workers"},
	{"TF_DETERMINISTIC_OPS", bits, false, "whether TensorFlow is deterministic"},
	{"TF_CUDNN_DETERMINISTIC", bits, false, "whether cuDNN is deterministic"},
	{"TF_CUDNN_USE_AUTOTUNE", bits, false, "which algorithms cuDNN chooses"},
	{"TF_ENABLE_ONEDNN_OPTS", bits, false, "order of additions"},
	{"TF_NUM_INTEROP_THREADS", bits, false, "threads of TensorFlow"},
	{"TF_NUM_INTRAOP_THREADS", bits, false, "threads of TensorFlow"},
	{"TF_XLA_FLAGS", bits, false, "compilation of TensorFlow"},
	{"TF_USE_LEGACY_KERAS", bits, false, "which Keras runs"},
	{"KERAS_BACKEND", bits, false, "which framework computes"},
	{"XLA_FLAGS", bits, false, "compilation and determinism of XLA"},
	{"XLA_PYTHON_CLIENT_*", false, false, "memory of JAX"},
	{"JAX_*", bits, false, "precision, random numbers and platform of JAX"},
	{"NCCL_*", bits, false, "algorithm, and so order, of reductions between processors"},
	{"HF_HOME", false, paths, "where models and data sets are cached"},
	{"HF_HUB_OFFLINE", bits, false, "whether models may be fetched anew"},
	{"HF_DATASETS_OFFLINE", bits, false, "whether data sets may be fetched anew"},
	{"TRANSFORMERS_OFFLINE", bits, false, "whether models may be fetched anew"},
	{"MLFLOW_TRACKING_URI", false, false, "where the run is logged"},
	{"MLFLOW_EXPERIMENT_NAME", false, false, "where the run is logged"},
	{"MLFLOW_EXPERIMENT_ID", false, false, "where the run is logged"},
	{"SOURCE_DATE_EPOCH", bits, false, "the time that is written into files"},

	// Place among the ranks of a job.
	{"WORLD_SIZE", bits, false, "number of ranks"},
	{"RANK", bits, false, "this rank"},
	{"LOCAL_RANK", bits, false, "this rank on its machine"},
	{"LOCAL_WORLD_SIZE", bits, false, "ranks on this machine"},
	{"GROUP_RANK", false, false, "this machine's number"},
	{"NODE_RANK", false, false, "this machine's number"},
	{"TORCHELASTIC_RUN_ID", false, false, "the job"},
	{"TORCHELASTIC_RESTART_COUNT", false, false, "how often it was started again"},
	{"OMPI_COMM_WORLD_SIZE", bits, false, "number of ranks"},
	{"OMPI_COMM_WORLD_RANK", bits, false, "this rank"},
	{"PMI_SIZE", bits, false, "number of ranks"},
	{"PMI_RANK", bits, false, "this rank"},
	{"JOB_COMPLETION_INDEX", false, false, "this pod's number in a Kubernetes job"},
	{"SLURM_JOB_ID", false, false, "the job"},
	{"SLURM_JOB_NAME", false, false, "the job"},
	{"SLURM_JOB_PARTITION", false, false, "which machines"},
	{"SLURM_JOB_NUM_NODES", bits, false, "number of machines"},
	{"SLURM_STEP_ID", false, false, "the step"},
	{"SLURM_STEP_NUM_TASKS", bits, false, "number of ranks"},
	{"SLURM_ARRAY_JOB_ID", false, false, "the array"},
	{"SLURM_ARRAY_TASK_ID", false, false, "this task of the array"},
	{"SLURM_ARRAY_TASK_COUNT", false, false, "tasks of the array"},
	{"SLURM_NTASKS", bits, false, "number of ranks"},
	{"SLURM_PROCID", bits, false, "this rank"},
	{"SLURM_LOCALID", false, false, "this rank on its machine"},
	{"SLURM_CPUS_PER_TASK", bits, false, "processors of a rank"},
	{"SLURM_CPU_BIND", bits, false, "processors of a rank"},
	{"SLURM_GPUS", bits, false, "accelerators of the job"},
	{"SLURM_GPUS_PER_TASK", bits, false, "accelerators of a rank"},
	{"SLURM_GPUS_ON_NODE", bits, false, "accelerators of the machine"},
	{"SLURM_MEM_PER_NODE", false, false, "memory limit"},
	{"SLURM_MEM_PER_CPU", false, false, "memory limit"},

	// Language and time.
	{"LANG", bits, false, "sorting, numbers and text"},
	{"LANGUAGE", false, false, "language of messages"},
	{"LC_*", bits, false, "sorting, numbers and text"},
	{"TZ", bits, false, "local times"},
}
