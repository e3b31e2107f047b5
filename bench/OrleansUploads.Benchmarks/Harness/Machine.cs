using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace OrleansUploads.Benchmarks.Harness;

/// <summary>The properties of the machine that affect the figures.</summary>
internal static class Machine
{
    private const string LoadFile = "/proc/loadavg";

    /// <summary>Whether sixteen leaves are hashed in parallel, which some bars require.</summary>
    public static bool HasAvx512 => Avx512F.IsSupported;

    /// <summary>The load average of the last minute, or null if the system does not report it.</summary>
    public static double? Load => File.Exists(LoadFile)
        ? double.Parse(File.ReadAllText(LoadFile).Split(' ')[0], CultureInfo.InvariantCulture)
        : null;

    public static IEnumerable<string> Describe(string folder)
    {
        var disk = new DriveInfo(folder);
        yield return $"Machine: {Environment.ProcessorCount} cores{ModelName()}, {Instructions()}";
        yield return $"System: {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";
        yield return $"Data in {folder} ({disk.DriveFormat})";
        if (disk.DriveFormat is "tmpfs" or "ramfs")
        {
            yield return "WARNING: this folder is in memory, so flushes cost nothing. Choose a folder on a disk with --folder.";
        }

        if (Load is not { } load)
        {
            yield break;
        }

        yield return string.Create(CultureInfo.InvariantCulture, $"Load: {load:0.00}");
        if (load > Environment.ProcessorCount / 2.0)
        {
            yield return "WARNING: the machine is busy; ratios are less reliable, and absolute figures are too low.";
        }
    }

    private static string ModelName()
    {
        const string CpuFile = "/proc/cpuinfo";
        var line = File.Exists(CpuFile)
            ? File.ReadLines(CpuFile).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line is null ? "" : $" of {line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()}";
    }

    private static string Instructions()
    {
        string?[] present =
        [
            HasAvx512 ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "no AVX2",
            HasShaInstructions() ? "SHA-NI" : null,
            RuntimeInformation.ProcessArchitecture.ToString(),
        ];
        return string.Join(", ", present.Where(name => name is not null));
    }

    /// <summary>Leaf 7 of CPUID; .NET has no property for it.</summary>
    private static bool HasShaInstructions()
    {
        const int ExtendedFeatures = 7;
        const int ShaBit = 1 << 29;
        return X86Base.IsSupported
            && X86Base.CpuId(0, 0).Eax >= ExtendedFeatures
            && (X86Base.CpuId(ExtendedFeatures, 0).Ebx & ShaBit) != 0;
    }
}
