using System.Globalization;

/// <summary>Runs inside the server under test, by DOTNET_STARTUP_HOOKS, and tells its collector's figures every second. The
/// server itself has no such door.</summary>
/// <remarks>The runtime wants this name, and no namespace.</remarks>
#pragma warning disable CA1050 // The runtime wants no namespace.
public static class StartupHook
#pragma warning restore CA1050
{
    /// <summary>Names the file that the figures go to.</summary>
    public const string FileVariable = "ORLEANSUPLOADS_SOAK_FIGURES";

    /// <summary>Begins to tell.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } path)
        {
            new Thread(() => Tell(path)) { IsBackground = true, Name = "soak figures" }.Start();
        }
    }

    private static void Tell(string path)
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
