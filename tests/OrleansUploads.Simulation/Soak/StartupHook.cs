/// <summary>Runs inside the server under test by means of DOTNET_STARTUP_HOOKS, and writes the garbage collector's figures
/// to a file every second.</summary>
/// <remarks>The runtime requires this name and no namespace.</remarks>
#pragma warning disable CA1050 // The runtime requires no namespace.
public static class StartupHook
#pragma warning restore CA1050
{
    public const string FileVariable = "ORLEANSUPLOADS_SOAK_FIGURES";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } path)
        {
            new Thread(() => WriteFigures(path)) { IsBackground = true, Name = "soak figures" }.Start();
        }
    }

    private static void WriteFigures(string path)
    {
        while (true)
        {
            var memory = GC.GetGCMemoryInfo(GCKind.Any);
            long[] figures =
            [
                GC.GetTotalMemory(forceFullCollection: false),
                memory.TotalCommittedBytes,
                memory.FragmentedBytes,
                GC.CollectionCount(2),
                memory.GenerationInfo[2].SizeAfterBytes,
                memory.GenerationInfo[3].SizeAfterBytes,
                ThreadPool.ThreadCount,
            ];
            File.WriteAllText(path + ".new", string.Join(' ', figures.Select(f => f.ToString(CultureInfo.InvariantCulture))));
            File.Move(path + ".new", path, overwrite: true);
            Thread.Sleep(1000);
        }
    }
}
