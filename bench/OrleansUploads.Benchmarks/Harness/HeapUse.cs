using System.Text.Json;

namespace OrleansUploads.Benchmarks.Harness;

/// <summary>What a process has used of the managed heap since it started.</summary>
/// <param name="AllocatedBytes">Number of bytes allocated.</param>
/// <param name="FullCollections">Number of collections of the whole heap.</param>
internal readonly record struct HeapUse(long AllocatedBytes, int FullCollections)
{
    /// <summary>What this process has used.</summary>
    public static HeapUse Read() => new(GC.GetTotalAllocatedBytes(), GC.CollectionCount(GC.MaxGeneration));

    /// <summary>What a server has used, according to its detailed health report.</summary>
    public static HeapUse Parse(string healthReport)
    {
        using var report = JsonDocument.Parse(healthReport);
        var memory = report.RootElement.GetProperty("memory");
        return new HeapUse(
            memory.GetProperty("allocatedBytes").GetInt64(), memory.GetProperty("gen2Collections").GetInt32());
    }

    /// <summary>Writes it as in a detailed health report.</summary>
    public string ToHealthReport() =>
        $$$"""{"memory":{"allocatedBytes":{{{AllocatedBytes}}},"gen2Collections":{{{FullCollections}}}}}""";
}
