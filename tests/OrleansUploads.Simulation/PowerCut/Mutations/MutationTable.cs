using OrleansUploads.Cli.Serving;

namespace OrleansUploads.Simulation.PowerCut.Mutations;

/// <summary>A plausible durability mistake, as a layer around one of a server's stores.</summary>
internal sealed record Mutation(string Name, string What, int Rounds, Func<ServerSeams, ServerSeams> Plant)
{
    /// <summary>Whether it does harm only if flushes fail.</summary>
    public bool NeedsFailingDisk { get; init; }
}

/// <summary>The durability mutations, the bound within which each must be found, and the search.</summary>
internal static class MutationTable
{
    private const string None = "none";

    private const int Attempts = 8;

    public static IReadOnlyList<Mutation> All { get; } =
    [
        SkippingFile("part-bytes", "the bytes of a part are not flushed", 20, StoredPaths.IsPart),
        SkippingDirectory("part-names", "the names of parts and manifests are not flushed", 20, StoredPaths.IsUpload),
        SkippingDirectory("upload-names", "the names of upload directories and single requests are not flushed", 20, StoredPaths.IsFanOut),
        SkippingDirectory("fan-out-names", "the names in parts/ are not flushed", 20, StoredPaths.IsPartStore),
        SkippingFile("manifest-bytes", "the bytes of a manifest are not flushed", 20, StoredPaths.IsManifest),
        SkippingDirectory("manifest-names", "the name of a manifest is not flushed", 20, StoredPaths.IsCompletedUpload),
        SkippingFile("mark-bytes", "the bytes of the journal's mark are not flushed", 20, StoredPaths.IsMark),
        SkippingFile("keys-bytes", "the bytes of keys.json are not flushed", 20, StoredPaths.IsKeyFile),
        SkippingDirectory("keys-names", "the new name of keys.json is not flushed", 20, StoredPaths.IsDataFolderWithKeys),
        SkippingDirectory("data-names", "no names in the data folder are flushed", 20, StoredPaths.IsDataFolder),
        SkippingDirectory("data-folder-name", "the data folder's own name is not flushed", 20, StoredPaths.IsAboveDataFolder),
        new("journal-off", "SQLite does not flush (synchronous=OFF)", 20, Synchronous("OFF")),
        new("journal-normal", "SQLite does not flush at a commit (synchronous=NORMAL)", 20, Synchronous("NORMAL")),
        new("answer-first", "the answer comes before the journal's commit", 20, OnPorts(ports => ports with
        {
            Journal = new EarlyJournal(ports.Journal),
        })),
        new("journal-before-bytes", "a part is journaled before it is durable", 20, OnPorts(ports => ports with
        {
            Parts = new EarlyParts(ports.Parts, attempts: true, manifests: false),
        })),
        new("journal-before-manifest", "a completion is confirmed before its manifest is durable", 40, OnPorts(ports => ports with
        {
            Parts = new EarlyParts(ports.Parts, attempts: false, manifests: true),
        })),
        new("manifest-name-first", "the name of a manifest is durable before its bytes", 80, OnFlush(flush => new NameFirstFlush(flush))),
        OfFailures("failure-ignored", "a failed flush is treated as success", flush =>
        {
            flush();
            return 0;
        }),

        // The system has dropped the data by then, and reports success.
        OfFailures("failure-repeated", "a failed flush is retried and the second result is trusted", flush =>
        {
            var error = 0;
            for (var attempt = 0; attempt < Attempts && (error = flush()) != 0; attempt++)
            {
            }

            return error;
        }),
    ];

    /// <summary>Runs rounds against a server with a mutation until it is noticed.</summary>
    /// <returns>The number of rounds and the failure, or null if it was not noticed within its bound.</returns>
    public static async Task<(int Rounds, RealFailure Failure)?> HuntAsync(Mutation mutation, ulong firstSeed)
    {
        var tally = new PowerCutTally();
        for (var seed = firstSeed; tally.Cuts < mutation.Rounds; seed++)
        {
            var rounds = Math.Min(RealSeries.Rounds, mutation.Rounds - tally.Cuts);
            var before = tally.Cuts;
            if (await PowerCutSeries.RunAsync(seed, rounds, tally, mutation.NeedsFailingDisk, ProgramOf(mutation)) is { } failure)
            {
                return (Math.Max(tally.Cuts, before + 1), failure);
            }
        }

        return null;
    }

    public static IReadOnlyList<string> ProgramOf(Mutation? mutation) =>
        [typeof(MutationTable).Assembly.Location, "simulate", "--serve-with", mutation?.Name ?? None];

    public static Task<int> ServeAsync(string name, string[] args) => ServeCommand.Create(
        name == None ? new ServerSeams() : All.Single(mutation => mutation.Name == name).Plant(new ServerSeams())).Parse(args).InvokeAsync();

    private static Mutation SkippingFile(string name, string what, int rounds, Func<string, bool> isSkipped) =>
        new(name, what, rounds, OnFlush(inner => new MutatedFlush(inner) { File = (path, flush) => isSkipped(path) ? 0 : flush() }));

    private static Mutation SkippingDirectory(string name, string what, int rounds, Func<string, bool> isSkipped) =>
        new(name, what, rounds, OnFlush(inner => new MutatedFlush(inner) { Directory = (path, flush) => isSkipped(path) ? 0 : flush() }));

    private static Mutation OfFailures(string name, string what, Func<Func<int>, int> flushing) =>
        new(name, what, 20, OnFlush(inner => new MutatedFlush(inner)
        {
            File = (_, flush) => flushing(flush),
            Directory = (_, flush) => flushing(flush),
        }))
        {
            NeedsFailingDisk = true,
        };

    private static Func<ServerSeams, ServerSeams> Synchronous(string level) => seams => seams with
    {
        Folder = seams.Folder with { Journal = seams.Folder.Journal with { Synchronous = level } },
    };

    private static Func<ServerSeams, ServerSeams> OnFlush(Func<IDiskFlush, IDiskFlush> mutate) => seams => seams with
    {
        Folder = seams.Folder with { Flush = mutate(seams.Folder.Flush) },
    };

    private static Func<ServerSeams, ServerSeams> OnPorts(Func<EnginePorts, EnginePorts> mutate) => seams => seams with
    {
        Ports = ports => mutate(seams.Ports(ports)),
    };
}
