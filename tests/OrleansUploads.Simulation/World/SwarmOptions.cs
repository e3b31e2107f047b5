namespace OrleansUploads.Simulation.World;

/// <summary>The options of one seed's world. Rates are per thousand chances.</summary>
/// <remarks>Each seed draws its own options. If every fault were rare in every world, no world would have one of them all
/// the time.</remarks>
internal sealed record SwarmOptions
{
    public int Hosts { get; init; } = 1;

    /// <summary>Whether two hosts expect each other, as in a cluster. Then no answer may be stale.</summary>
    public bool HostsExpectOthers { get; init; }

    public int Clients { get; init; } = 2;

    public int Uploads { get; init; } = 2;

    public int Vaults { get; init; } = 1;

    public int Steps { get; init; } = 40;

    /// <summary>Number of chapters, each of which starts with new uploads. 0: the generator chooses.</summary>
    public int Chapters { get; init; }

    /// <summary>Whether vaults are only filled, emptied, deleted and created again.</summary>
    public bool Churns { get; init; }

    /// <summary>Whether archives are mainly stored, read and deleted while their vault is being locked.</summary>
    public bool Locks { get; init; }

    /// <summary>How often a front is delayed between two requests, as if its machine were suspended.</summary>
    public int FrontPauses { get; init; }

    /// <summary>How many hours the fronts' clock, and no other, is ahead.</summary>
    public int FrontAheadHours { get; init; }

    /// <summary>Whether clients do not pause between their operations.</summary>
    public bool Hurries { get; init; }

    /// <summary>The fewest parts that an upload is planned with.</summary>
    public int FewestParts { get; init; } = 1;

    public bool InlineContinuations { get; init; } = true;

    public bool DrawsTaskOrder { get; init; } = true;

    public bool RealIntakeOfFullParts { get; init; }

    /// <summary>Whether the upload of a single request is initiated before its body is read. Bytes may then be collected at any
    /// age.</summary>
    public bool AnnouncesAll { get; init; }

    /// <summary>Number of shards of a vault's index, a power of two. With few, archives share shards.</summary>
    public int ArchiveShards { get; init; } = VaultIncarnation.FewShards;

    /// <summary>How long histories get before a snapshot; below 0 each write is followed by one.</summary>
    public int HistorySlack { get; init; } = 64;

    /// <summary>Whether the part store behaves as an object store: attempts appear at their commit, also if they were deleted before, and
    /// completions do not list them.</summary>
    public bool ShowsCommittedOnly { get; init; }

    public int IdleSeconds { get; init; } = 120;

    public int SkewMilliseconds { get; init; }

    /// <summary>How long retrievals and restores take.</summary>
    public int RetrievalSeconds { get; init; }

    /// <summary>How long the records of ended uploads and deleted archives are kept.</summary>
    public int RecordLifeHours { get; init; } = 168;

    /// <summary>How often the measurement of an inventory fails.</summary>
    public int MeterFails { get; init; }

    /// <summary>Whether the ends of uploads are told to a receiver outside.</summary>
    public bool TellsEnds { get; init; }

    /// <summary>How often the receiver fails.</summary>
    public int EventFails { get; init; }

    public int AppendFailsBefore { get; init; }

    public int AppendFailsAfter { get; init; }

    public int AppendHangs { get; init; }

    public int AppendAtOnce { get; init; }

    public int ReadFails { get; init; }

    public int SnapshotFails { get; init; }

    public int StoreFailsBefore { get; init; }

    public int StoreFailsAfter { get; init; }

    public int BytesFlip { get; init; }

    public int TellLost { get; init; }

    public int TellTwice { get; init; }

    public int RequestLost { get; init; }

    public int RequestTwice { get; init; }

    public int ReplyLost { get; init; }

    public int SlowMilliseconds { get; init; } = 20;

    /// <summary>Number of nodes that write parts straight into the store.</summary>
    public int Nodes { get; init; }

    /// <summary>Weights of the nemesis's steps between the clients' operations.</summary>
    public int CrashWeight { get; init; }

    public int WakeWeight { get; init; } = 1;

    public int CollectWeight { get; init; } = 1;

    /// <summary>The least weight of each kind of operation. With 0, a schedule may lack some kinds.</summary>
    public int MinOperationWeight { get; init; }

    public int JumpWeight { get; init; }

    public int FullDiskWeight { get; init; }

    public static SwarmOptions Draw(ulong seed)
    {
        var random = new SeededRandom(seed).Fork(1);
        var events = new SeededRandom(seed).Fork(9);
        var nodes = new SeededRandom(seed).Fork(10);
        int Sometimes(int most) => random.Chance(400) ? random.Between(1, most) : 0;
        var churns = random.Chance(60);
        var locks = !churns && random.Chance(200);
        return new SwarmOptions
        {
            Churns = churns,
            Hosts = random.Chance(350) ? 2 : 1,
            Hurries = random.Chance(150),
            Clients = locks ? 4 : random.Between(1, 4),
            Uploads = random.Between(1, 4),
            Vaults = churns ? 1 : locks ? 2 : random.Between(1, 2),
            Steps = random.Between(20, 60),
            InlineContinuations = random.Chance(800),
            DrawsTaskOrder = random.Chance(800),
            RealIntakeOfFullParts = random.Chance(60),
            HistorySlack = random.Pick(64, 4, 0, -1000),
            IdleSeconds = random.Pick(120, 20, 4),
            SkewMilliseconds = random.Chance(300) ? random.Between(1, 3000) : 0,
            AppendFailsBefore = Sometimes(120),
            AppendFailsAfter = Sometimes(120),
            AppendHangs = Sometimes(60),
            AppendAtOnce = Sometimes(900),
            ReadFails = Sometimes(100),
            SnapshotFails = Sometimes(500),
            StoreFailsBefore = Sometimes(80),
            StoreFailsAfter = Sometimes(80),
            BytesFlip = Sometimes(30),
            TellLost = locks ? random.Pick(0, 300, 700) : Sometimes(300),
            TellTwice = churns ? random.Between(100, 600) : Sometimes(300),
            RequestLost = Sometimes(100),
            RequestTwice = Sometimes(100),
            ReplyLost = Sometimes(100),
            SlowMilliseconds = locks ? random.Pick(5, 20, 100) : random.Pick(5, 20, 100, 2000),
            CrashWeight = Sometimes(6),
            WakeWeight = random.Between(0, 4),
            CollectWeight = random.Between(0, 5),
            JumpWeight = locks ? 1 : Sometimes(3),
            FullDiskWeight = Sometimes(2),
            HostsExpectOthers = random.Chance(500),
            AnnouncesAll = random.Chance(750),
            Locks = locks,
            FrontPauses = locks ? random.Pick(300, 600, 900) : Sometimes(200),
            FrontAheadHours = locks ? random.Pick(0, 0, 0, 30) : 0,

            // Drawn apart, so that the worlds without events are what they were.
            TellsEnds = events.Chance(250),
            EventFails = events.Pick(0, 300, 900),
            Nodes = nodes.Chance(330) && !churns && !locks ? nodes.Between(1, 2) : 0,
        };
    }

    /// <summary>The maintenance of each process. Where nodes write, grants must not end at once.</summary>
    public MaintenanceOptions ToMaintenance() => !AnnouncesAll ? new MaintenanceOptions()
        : new MaintenanceOptions { AttemptGrace = Nodes > 0 ? TimeSpan.FromMinutes(1) : TimeSpan.Zero };

    public SwarmOptions WithoutFaults() => this with
    {
        AppendFailsBefore = 0,
        AppendFailsAfter = 0,
        AppendHangs = 0,
        ReadFails = 0,
        SnapshotFails = 0,
        StoreFailsBefore = 0,
        StoreFailsAfter = 0,
        BytesFlip = 0,
        TellLost = 0,
        TellTwice = 0,
        RequestLost = 0,
        RequestTwice = 0,
        ReplyLost = 0,
        FrontPauses = 0,
        MeterFails = 0,
        EventFails = 0,
    };

    public IEnumerable<string> Describe() => typeof(SwarmOptions).GetProperties().Select(property =>
        string.Create(CultureInfo.InvariantCulture, $"  {property.Name,-24}{property.GetValue(this)}"));
}
