namespace OrleansUploads.Simulation.Hostile;

/// <summary>The intensity of an attack, and the service that other clients must get during it.</summary>
internal sealed record HostilePlan
{
    public static HostilePlan Small { get; } = new()
    {
        DescriptorLimit = 1024,
        Attempts = 1_500,
        SlowSenders = 160,
        Pairs = 1,
        UploadMebibytes = 8,
        SlowBytesPerSecond = 600,
        Patience = TimeSpan.FromSeconds(10),
        FloodConnections = 8,
        FloodTime = TimeSpan.FromMilliseconds(300),

        // Such a small upload is mostly latency, and other tests may run in parallel. So it only has to end in time.
        LeastRateRatio = 0,
        LongestRequest = TimeSpan.FromSeconds(10),
    };

    public static HostilePlan Full { get; } = new();

    public int DescriptorLimit { get; init; } = 4096;

    /// <summary>Connections that each round opens and keeps open: silent ones, and ones with an incomplete
    /// request.</summary>
    public int Attempts { get; init; } = 10_000;

    public int SlowSenders { get; init; } = 256;

    /// <summary>How many slots of the server the slow senders must have before the well-behaved account begins.</summary>
    public int SlotsToTake { get; init; }

    /// <summary>Above the minimum rate that a server without load requires.</summary>
    public int SlowBytesPerSecond { get; init; } = 300;

    public bool FromOneAddress { get; init; }

    public int Pairs { get; init; } = 5;

    public int UploadMebibytes { get; init; } = 64;

    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    public bool Floods { get; init; } = true;

    public int FloodConnections { get; init; } = 64;

    public TimeSpan FloodTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The minimum rate under attack, relative to the rate alone.</summary>
    public double LeastRateRatio { get; init; } = 0.25;

    /// <summary>The time within which 95 of 100 small requests of the well-behaved account are answered during a flood.</summary>
    public TimeSpan LongestRequest { get; init; } = TimeSpan.FromSeconds(1);

    public long MemoryMebibytes { get; init; } = 400;

    /// <summary>The same after all floods, which allocate many short-lived documents.</summary>
    public long FloodMemoryMebibytes { get; init; } = 600;

    public int FreeDescriptors { get; init; } = 64;

    /// <summary>One of the weaknesses of <see cref="WeakServer"/>, or null for the normal server.</summary>
    public string? Weakness { get; init; }
}
