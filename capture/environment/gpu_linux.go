package environment

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// FindGPUs names the processors that the command could use, from the files of their
// drivers and, of NVIDIA's, from nvidia-smi, the only thing here that executes a
// program; ctx bounds it. Those that are hidden from the command by variables such as
// CUDA_VISIBLE_DEVICES are left out.
func FindGPUs(ctx context.Context, o Options) GPUs {
	env := parse(o.Env)
	var g GPUs
	g.Found = slices.Concat(visible(g.nvidia(ctx, o, env), cudaSelection(env)), visible(amd(o.Root), hipSelections(env)...), others(o.Root))
	return g
}

// nvidia merges what the driver's files say with what nvidia-smi adds: memory, and the
// newest CUDA that the driver can serve.
func (g *GPUs) nvidia(ctx context.Context, o Options, env map[string]string) []GPU {
	if hidden := env["NVIDIA_VISIBLE_DEVICES"]; (hidden == "none" || hidden == "void") && lookAround(o.Root, env).Runtime != "" {
		return nil
	}
	cards := nvidiaFiles(o.Root)
	if len(cards) == 0 && !exists(o.Root, "/dev/nvidiactl") && !exists(o.Root, "/usr/lib/wsl/lib/nvidia-smi") {
		return nil
	}
	told, err := askSMI(ctx, o.Root)
	if err != nil && len(cards) == 0 {
		g.problem("an NVIDIA driver is there, and neither its files nor nvidia-smi name a GPU: " + err.Error())
	}
	cards = merge(cards, told.cards())
	installed := cudaInstalled(o.Root)
	for i := range cards {
		switch {
		case installed != "":
			cards[i].Toolkit = "CUDA " + installed + " (installed)"
		case told.CUDA != "" && told.CUDA != "N/A":
			cards[i].Toolkit = "CUDA " + told.CUDA + " (of the driver, at most)"
		}
	}
	return cards
}

// nvidiaFiles reads /proc/driver/nvidia. A container has there those that it may use.
func nvidiaFiles(root string) (found []GPU) {
	driver := "nvidia"
	if _, after, is := strings.Cut(text(root, "/proc/driver/nvidia/version"), "Module"); is {
		for word := range strings.FieldsSeq(after) {
			if word[0] >= '0' && word[0] <= '9' {
				driver += " " + word
				break
			}
		}
	}
	files, _ := filepath.Glob(filepath.Join(root, "/proc/driver/nvidia/gpus/*/information"))
	for _, file := range files {
		f := fields(text("", file), ":")
		if f["Model"] != "" && f["GPU Excluded"] != "Yes" {
			found = append(found, GPU{Vendor: "NVIDIA", Name: f["Model"], Driver: driver, uuid: f["GPU UUID"], bus: strings.ToLower(f["Bus Location"])})
		}
	}
	return found
}

// merge adds what nvidia-smi knows of the cards that the files name. Files that name
// none, as under WSL, leave it the word.
func merge(files, told []GPU) []GPU {
	if len(files) == 0 {
		return told
	}
	for i := range files {
		for _, t := range told {
			if files[i].uuid == t.uuid && t.uuid != "" || files[i].bus == t.bus && t.bus != "" {
				files[i].Memory, files[i].uuid = t.Memory, t.uuid
			}
		}
	}
	return files
}

// cudaInstalled is the version of the toolkit in its customary place.
func cudaInstalled(root string) string {
	if v := cudaVersion([]byte(text(root, "/usr/local/cuda/version.json"))); v != "" {
		return v
	}
	return strings.TrimSpace(strings.TrimPrefix(line(root, "/usr/local/cuda/version.txt"), "CUDA Version "))
}

// amd reads the kernel's topology of compute nodes, of which those without a gfx
// target are processors of the ordinary kind.
func amd(root string) (found []GPU) {
	driver := strings.TrimSpace("amdgpu " + line(root, "/sys/module/amdgpu/version"))
	toolkit := ""
	if v := line(root, "/opt/rocm/.info/version"); v != "" {
		toolkit = "ROCm " + v + " (installed)"
	}
	nodes, _ := filepath.Glob(filepath.Join(root, "/sys/class/kfd/kfd/topology/nodes/*"))
	slices.SortFunc(nodes, byNumber)
	for _, n := range nodes {
		f := fields(text("", filepath.Join(n, "properties")), " ")
		target, _ := strconv.ParseUint(f["gfx_target_version"], 10, 32)
		if target == 0 {
			continue
		}
		g := GPU{Vendor: "AMD", Driver: driver, Toolkit: toolkit, Memory: vram(n)}
		if id, err := strconv.ParseUint(f["unique_id"], 10, 64); err == nil && id != 0 {
			g.uuid = "GPU-" + strconv.FormatUint(id, 16)
		}
		g.Name = strings.TrimSpace(product(root, f["drm_render_minor"], line("", filepath.Join(n, "name"))) + " " + gfx(target))
		found = append(found, g)
	}
	return found
}

// byNumber orders paths that end with numbers: 9 before 10.
func byNumber(a, b string) int {
	x, _ := strconv.Atoi(filepath.Base(a))
	y, _ := strconv.Atoi(filepath.Base(b))
	return x - y
}

// gfx is a target as the compilers name it: 90010 is gfx90a.
func gfx(target uint64) string {
	return "gfx" + strconv.FormatUint(target/10000, 10) + strconv.FormatUint(target/100%100, 16) + strconv.FormatUint(target%100, 16)
}

// product is the name that the card has given itself, else that of its generation.
func product(root, minor, generation string) string {
	if name := line(root, "/sys/class/drm/renderD"+minor+"/device/product_name"); minor != "" && name != "" {
		return name
	}
	return generation
}

// vram adds up the banks of a node that are the card's own: heap types 1 and 2.
func vram(node string) (bytes uint64) {
	banks, _ := filepath.Glob(filepath.Join(node, "mem_banks/*/properties"))
	for _, b := range banks {
		f := fields(text("", b), " ")
		if n, err := strconv.ParseUint(f["size_in_bytes"], 10, 63); err == nil && (f["heap_type"] == "1" || f["heap_type"] == "2") {
			bytes += n
		}
	}
	return bytes
}

// others are those of which the kernel gives nothing but the driver and a number, as
// far as they are made for computing: Intel's under i915 and xe, Habana's.
func others(root string) (found []GPU) {
	cards, _ := filepath.Glob(filepath.Join(root, "/sys/class/accel/accel*/device"))
	for _, c := range cards {
		f := fields(text("", filepath.Join(c, "uevent")), "=")
		if f["DRIVER"] != "" {
			found = append(found, GPU{Name: "accelerator " + f["PCI_ID"], Driver: f["DRIVER"]})
		}
	}
	return found
}
