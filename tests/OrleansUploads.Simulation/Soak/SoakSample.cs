namespace OrleansUploads.Simulation.Soak;

/// <summary>The resources that a server uses at one moment.</summary>
internal sealed record SoakSample(TimeSpan At)
{
    /// <summary>Resident memory according to the kernel, including shared pages.</summary>
    public long ResidentBytes { get; init; }

    /// <summary>Size of the managed heap, including dead objects that are not collected yet.</summary>
    public long HeapBytes { get; init; }

    /// <summary>The memory that the garbage collector has committed.</summary>
    public long CommittedBytes { get; init; }

    /// <summary>Size of the oldest generation and of large objects after the last collection.</summary>
    public long OldBytes { get; init; }

    public long FullCollections { get; init; }

    public int Descriptors { get; init; }

    public int Threads { get; init; }

    /// <summary>The database without its write-ahead log.</summary>
    public long JournalBytes { get; init; }

    public long LogBytes { get; init; }

    public static string Head =>
        "   time  resident  heap  committed   old  full GCs  descriptors  threads  journal   WAL   uploads  retrievals  failed";

    /// <summary>Takes a sample. Linux only.</summary>
    public static SoakSample Take(TimeSpan at, int processId, string figuresFile, string dataFolder)
    {
        var status = File.ReadAllLines($"/proc/{processId}/status");
        var figures = File.Exists(figuresFile)
            ? File.ReadAllText(figuresFile).Split(' ').Select(f => long.Parse(f, CultureInfo.InvariantCulture)).ToArray()
            : new long[7];
        return new SoakSample(at)
        {
            ResidentBytes = Number(status, "VmRSS:") * 1024,
            Threads = (int)Number(status, "Threads:"),
            Descriptors = Directory.GetFileSystemEntries($"/proc/{processId}/fd").Length,
            HeapBytes = figures[0],
            CommittedBytes = figures[1],
            FullCollections = figures[3],
            OldBytes = figures[4] + figures[5],
            JournalBytes = LengthOf(Path.Combine(dataFolder, "journal.db")),
            LogBytes = LengthOf(Path.Combine(dataFolder, "journal.db-wal")),
        };
    }

    public string Line(SoakLoad load) => string.Create(
        CultureInfo.InvariantCulture,
        $"{At:h\\:mm\\:ss} {MiB(ResidentBytes),9:F0} {MiB(HeapBytes),5:F0} {MiB(CommittedBytes),10:F0} {MiB(OldBytes),5:F0} {FullCollections,9} "
        + $"{Descriptors,12} {Threads,8} {MiB(JournalBytes),8:F1} {MiB(LogBytes),5:F1} {load.Uploads,9} {load.Retrievals,11} {load.Failures,7}");

    private static double MiB(long bytes) => bytes / 1048576.0;

    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    private static long Number(string[] status, string name)
    {
        var line = status.Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
