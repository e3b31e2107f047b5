namespace OrleansUploads.Silo.Tests.Soak;

/// <summary>What a cluster uses, at one time.</summary>
/// <param name="Elapsed">The time since the soak began.</param>
/// <param name="Archives">The archives that were completed so far.</param>
/// <param name="Rows">The rows of what was decided.</param>
/// <param name="Wakes">The entities that wait for something.</param>
/// <param name="StoredBytes">The bytes of all parts and manifests.</param>
/// <param name="LogBytes">What all silos have logged so far.</param>
/// <param name="ResidentBytes">The memory of the silo that is never disturbed.</param>
internal sealed record ClusterSize(
    TimeSpan Elapsed, long Archives, long Rows, long Wakes, long StoredBytes, long LogBytes, long ResidentBytes)
{
    public static async Task<ClusterSize> MeasureAsync(SiloCluster cluster, TimeSpan elapsed, long archives) => new(
        elapsed,
        archives,
        await cluster.Database.CountRowsAsync(),
        await cluster.Database.CountWakesAsync(),
        new DirectoryInfo(cluster.PartsFolder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(LengthOf),
        cluster.LogBytes,
        cluster.Silos[0].Process.Figures.WorkingSet64);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Elapsed.TotalMinutes,5:F1} min {Archives,7} archives {Rows,7} rows {Wakes,7} wake times "
        + $"{StoredBytes >> 20,6} MiB stored {LogBytes >> 10,8} KiB logs {ResidentBytes >> 20,5} MiB memory");

    /// <summary>The collector deletes files meanwhile.</summary>
    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }
}
