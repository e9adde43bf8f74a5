//go:build linux

package environment_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lineage-audit/lineage/capture/environment"
)

type GPU = environment.GPU

// The driver's files, as canonical/snapd's pull request 14893 shows them.
func nvidiaFiles() map[string]string {
	return map[string]string{
		"proc/driver/nvidia/version": "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.14  Release Build  (dvs-builder@U16)  Thu Feb 22\nGCC version:  gcc version 12.2.0\n",
		"proc/driver/nvidia/gpus/0000:70:00.0/information": "Model: \t\t NVIDIA L4\nIRQ:   \t\t 16\nGPU UUID: \t GPU-3291dfa4-fcc4-0110-615b-c894a0d7c689\nVideo BIOS: \t 95.04.65.00.13\nBus Type: \t PCIe\nDMA Size: \t 47 bits\n" +
			"DMA Mask: \t 0x7fffffffffff\nBus Location: \t 0000:70:00.0\nDevice Minor: \t 0\nGPU Excluded:\t No\n",
		"proc/driver/nvidia/gpus/0000:80:00.0/information": "Model: \t\t NVIDIA A100\nIRQ: 17\nGPU UUID: \t GPU-11111111-fcc4-0110-615b-c894a0d7c689\nBus Location: \t 0000:80:00.0\nGPU Excluded:\t No\n",
	}
}

// What nvidia-smi -q -x prints, shortened: as 1Panel-dev/1Panel's issue 9504 has it.
const smiXML = `<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
<nvidia_smi_log>
	<timestamp>Mon Jul 14 12:44:52 2025</timestamp>
	<driver_version>550.54.14</driver_version>
	<cuda_version>12.4</cuda_version>
	<attached_gpus>2</attached_gpus>
	<gpu id="00000000:70:00.0">
		<product_name>NVIDIA L4</product_name>
		<uuid>GPU-3291dfa4-fcc4-0110-615b-c894a0d7c689</uuid>
		<fb_memory_usage>
			<total>23034 MiB</total>
			<used>0 MiB</used>
		</fb_memory_usage>
	</gpu>
	<gpu id="00000000:80:00.0">
		<product_name>NVIDIA A100</product_name>
		<uuid>GPU-11111111-fcc4-0110-615b-c894a0d7c689</uuid>
		<fb_memory_usage><total>[N/A]</total></fb_memory_usage>
	</gpu>
</nvidia_smi_log>
`

// double puts a program into a root that answers as nvidia-smi does, to nothing else.
func double(t *testing.T, root, place, script string, mode os.FileMode) {
	t.Helper()
	path := filepath.Join(root, place)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

const answers = `[ "$*" = "-q -x" ] && [ -z "$SECRET$CUDA_VISIBLE_DEVICES" ] && [ "$(pwd)" = / ] || exit 2
cat <<'END'
` + smiXML + "END\n"

var (
	l4   = GPU{Vendor: "NVIDIA", Name: "NVIDIA L4", Driver: "nvidia 550.54.14"}
	a100 = GPU{Vendor: "NVIDIA", Name: "NVIDIA A100", Driver: "nvidia 550.54.14"}
)

func with(g GPU, memory uint64, toolkit string) GPU {
	g.Memory, g.Toolkit = memory, toolkit
	return g
}

func find(t *testing.T, root string, env ...string) environment.GPUs {
	t.Helper()
	return environment.FindGPUs(t.Context(), environment.Options{Root: root, Env: env})
}

func wantGPUs(t *testing.T, name string, want []GPU, got environment.GPUs) {
	t.Helper()
	if diff := cmp.Diff(want, got.Found, cmpopts.IgnoreUnexported(GPU{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got)\n%s", name, diff)
	}
}

func TestNVIDIA(t *testing.T) {
	const driver = "CUDA 12.4 (of the driver, at most)"
	alone := tree(t, nvidiaFiles())
	wantGPUs(t, "files alone", []GPU{l4, a100}, find(t, alone))

	both := tree(t, nvidiaFiles())
	double(t, both, "usr/bin/nvidia-smi", answers, 0o755)
	wantGPUs(t, "files and nvidia-smi", []GPU{with(l4, 23034<<20, driver), with(a100, 0, driver)}, find(t, both, "SECRET=x", "CUDA_DEVICE_ORDER=PCI_BUS_ID"))

	wsl := tree(t, nil)
	double(t, wsl, "usr/lib/wsl/lib/nvidia-smi", answers, 0o755)
	wantGPUs(t, "WSL", []GPU{with(l4, 23034<<20, driver), with(a100, 0, driver)}, find(t, wsl))

	files := nvidiaFiles()
	files["usr/local/cuda/version.json"] = `{"cuda": {"name": "CUDA SDK", "version": "12.1.1"}, "nvcc": {"version": "12.1.105"}}`
	wantGPUs(t, "installed toolkit", []GPU{with(l4, 0, "CUDA 12.1.1 (installed)"), with(a100, 0, "CUDA 12.1.1 (installed)")}, find(t, tree(t, files)))

	wantGPUs(t, "no driver", nil, find(t, tree(t, nil)))
	unasked := tree(t, nil)
	double(t, unasked, "usr/bin/nvidia-smi", "touch /ran\n"+answers, 0o755)
	wantGPUs(t, "a program and no driver", nil, find(t, unasked))
}

func TestVisible(t *testing.T) {
	files := nvidiaFiles()
	root := tree(t, files)
	files["proc/driver/nvidia/gpus/0000:80:00.0/information"] = strings.ReplaceAll(files["proc/driver/nvidia/gpus/0000:70:00.0/information"], "3291dfa4", "22222222")
	alike := tree(t, files)
	for name, c := range map[string]struct {
		root string
		env  []string
		want []GPU
	}{
		"none":                  {root, []string{"CUDA_VISIBLE_DEVICES="}, nil},
		"minus one":             {root, []string{"CUDA_VISIBLE_DEVICES=-1"}, nil},
		"by its identifier":     {root, []string{"CUDA_VISIBLE_DEVICES=GPU-11111111"}, []GPU{a100}},
		"by its whole name":     {root, []string{"CUDA_VISIBLE_DEVICES=GPU-3291dfa4-fcc4-0110-615b-c894a0d7c689"}, []GPU{l4}},
		"along the bus":         {root, []string{"CUDA_DEVICE_ORDER=PCI_BUS_ID", "CUDA_VISIBLE_DEVICES=1,0"}, []GPU{a100, l4}},
		"ends at what is none":  {root, []string{"CUDA_DEVICE_ORDER=PCI_BUS_ID", "CUDA_VISIBLE_DEVICES=1,7,0"}, []GPU{a100}},
		"one of several models": {root, []string{"CUDA_VISIBLE_DEVICES=0"}, []GPU{l4, a100}},
		"one of a kind":         {alike, []string{"CUDA_VISIBLE_DEVICES=1"}, []GPU{l4}},
		"a part of a card":      {root, []string{"CUDA_VISIBLE_DEVICES=MIG-aaaa"}, []GPU{l4, a100}},
		"nonsense":              {root, []string{"CUDA_VISIBLE_DEVICES=GPU-"}, nil},
		"a host's NVIDIA_*":     {root, []string{"NVIDIA_VISIBLE_DEVICES=void"}, []GPU{l4, a100}},
		"a container's":         {root, []string{"NVIDIA_VISIBLE_DEVICES=void", "KUBERNETES_SERVICE_HOST=10.0.0.1"}, nil},
	} {
		wantGPUs(t, name, c.want, find(t, c.root, c.env...))
	}
}

// A program that hangs, fails, lies or floods takes nothing from what the files say,
// and one that anybody may have written is not run.
func TestHostileSMI(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		mode   os.FileMode
	}{
		"fails": {"echo no; exit 9\n", 0o755}, "no XML": {"echo '<nvidia_smi_log><gpu>'\n", 0o755}, "floods": {"yes '<a>' | head -c 20000000\n", 0o755},
		"hangs": {"exec sleep 600\n", 0o755}, "hangs, with a child": {"sleep 600 &\nsleep 600\n", 0o755}, "anybody's": {answers, 0o777}, "not executable": {answers, 0o644}, "signal": {"kill -9 $$\n", 0o755},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := tree(t, nvidiaFiles())
			double(t, root, "usr/bin/nvidia-smi", c.script, c.mode)
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			got := environment.FindGPUs(ctx, environment.Options{Root: root})
			wantGPUs(t, name, []GPU{l4, a100}, got)
			if len(got.Problems) > 0 {
				t.Errorf("problems: %q", got.Problems)
			}
		})
	}
}

// A driver of which nothing names a card is told.
func TestUnnamedGPU(t *testing.T) {
	got := find(t, tree(t, map[string]string{"dev/nvidiactl": ""}))
	if len(got.Found) > 0 || len(got.Problems) != 1 || !strings.Contains(got.Problems[0], "no nvidia-smi") {
		t.Errorf("got %+v", got)
	}
}

// The shapes are those of the kernel's kfd_topology.c.
func TestAMD(t *testing.T) {
	files := map[string]string{
		"sys/module/amdgpu/version": "6.7.0\n", "opt/rocm/.info/version": "6.2.0-66\n",
		"sys/class/kfd/kfd/topology/nodes/0/properties":             "cpu_cores_count 8\nsimd_count 0\ngfx_target_version 0\nunique_id 0\n",
		"sys/class/kfd/kfd/topology/nodes/2/name":                   "aldebaran\n",
		"sys/class/kfd/kfd/topology/nodes/2/properties":             "gfx_target_version 90010\ndrm_render_minor 128\nunique_id 1311768467463790320\n",
		"sys/class/kfd/kfd/topology/nodes/2/mem_banks/0/properties": "heap_type 1\nsize_in_bytes 68702699520\n",
		"sys/class/kfd/kfd/topology/nodes/10/name":                  "navi31\n",
		"sys/class/kfd/kfd/topology/nodes/10/properties":            "gfx_target_version 110000\ndrm_render_minor 129\nunique_id 0\n",
		"sys/class/drm/renderD128/device/product_name":              "AMD Instinct MI210\n",
	}
	mi210 := GPU{Vendor: "AMD", Name: "AMD Instinct MI210 gfx90a", Memory: 68702699520, Driver: "amdgpu 6.7.0", Toolkit: "ROCm 6.2.0-66 (installed)"}
	navi := GPU{Vendor: "AMD", Name: "navi31 gfx1100", Driver: "amdgpu 6.7.0", Toolkit: "ROCm 6.2.0-66 (installed)"}
	root := tree(t, files)
	for name, c := range map[string]struct {
		env  []string
		want []GPU
	}{
		"all":           {nil, []GPU{mi210, navi}},
		"second":        {[]string{"ROCR_VISIBLE_DEVICES=1"}, []GPU{navi}},
		"of the second": {[]string{"ROCR_VISIBLE_DEVICES=1", "HIP_VISIBLE_DEVICES=0"}, []GPU{navi}},
		"beyond":        {[]string{"ROCR_VISIBLE_DEVICES=1", "HIP_VISIBLE_DEVICES=1"}, nil},
		"CUDA's too":    {[]string{"CUDA_VISIBLE_DEVICES=0"}, []GPU{mi210}},
		"by number":     {[]string{"ROCR_VISIBLE_DEVICES=GPU-123456789abcdef0"}, []GPU{mi210}},
	} {
		wantGPUs(t, name, c.want, find(t, root, c.env...))
	}
}

func TestOtherAccelerators(t *testing.T) {
	root := tree(t, map[string]string{"sys/class/accel/accel0/device/uevent": "DRIVER=habanalabs\nPCI_CLASS=120000\nPCI_ID=1DA3:1020\n"})
	wantGPUs(t, "habana", []GPU{{Name: "accelerator 1DA3:1020", Driver: "habanalabs"}}, find(t, root))
}
