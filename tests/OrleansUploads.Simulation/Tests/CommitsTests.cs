using OrleansUploads.Core.Buckets;

namespace OrleansUploads.Simulation.Tests;

/// <summary>How many commits of the journal a caller waits for, one after the other. Each takes a second here, and all else takes no
/// time.</summary>
public sealed class CommitsTests
{
    private static readonly TimeSpan Commit = TimeSpan.FromSeconds(1);
    private static readonly Content Bytes = new(0, 100);
    private static readonly ObjectHeaders Headers = new(StorageClass.Standard, new Dictionary<string, string>());

    [Theory]
    [InlineData("UploadArchive", 3)]
    [InlineData("InitiateMultipartUpload", 2)]
    [InlineData("UploadMultipartPart", 1)]
    [InlineData("CompleteMultipartUpload", 3)]
    [InlineData("AbortMultipartUpload", 2)]
    [InlineData("PutObject", 2)]
    public void A_caller_waits_for_this_many_commits(string operation, int commits)
    {
        var took = SimulatedWorld.Alone(() =>
        {
            var world = new SimulatedWorld(seed: 1, new SwarmOptions { SlowMilliseconds = 0 }, keepsLines: false, new Coverage());
            var server = new Server(new Hosts(world, new SlowCommits())[0]!);
            Await(world, server, server.CreateAsync);
            var began = world.Now;
            Await(world, server, () => server.AskAsync(operation));
            return world.Now - began;
        });

        Assert.Equal(commits, (int)(took / Commit));
    }

    private static void Await(SimulatedWorld world, Server server, Func<Task> ask)
    {
        var asked = server.Process.Scheduler.Start(ask);
        Assert.True(world.RunUntil(() => asked.IsCompleted, TimeSpan.FromMinutes(1)), world.Violation);
        asked.GetAwaiter().GetResult();
    }

    private sealed class SlowCommits : PlantedBug
    {
        public override IJournal Alter(IJournal journal, SimulatedWorld world) => new Journal(journal, world);

        private sealed class Journal(IJournal inner, SimulatedWorld world) : DelegatingJournal(inner)
        {
            public override async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
            {
                await world.Delay(Commit);
                return await Inner.AppendAsync(append, cancellationToken);
            }
        }
    }

    /// <summary>A server with a vault, a bucket and an open upload that has one part.</summary>
    private sealed class Server(SimulatedProcess process)
    {
        private static readonly StatedHashes Hashes = new(new LinearHash(Bytes.Digest), Bytes.TreeHash);

        private VaultIncarnation _vault;
        private BucketIncarnation _bucket;
        private UploadId _upload;

        public SimulatedProcess Process => process;

        public async Task CreateAsync()
        {
            await process.Host.AskAsync(Some.Account.Entity, new CreateVault(Some.Vault), CancellationToken.None);
            await process.Host.AskAsync(
                Some.Account.Entity, new CreateBucket(Some.Account, SomeObject.BucketName), CancellationToken.None);
            _vault = (await process.Host.AskAsync(Some.Vault.Entity, new FindPolicies(Some.Vault), CancellationToken.None)).Answer.Incarnation;
            _bucket = (await process.Host.AskAsync(
                SomeObject.BucketName.Entity, new FindBucket(SomeObject.BucketName), CancellationToken.None)).Answer.Bucket;
            _upload = await InitiateAsync();
            await PutPartAsync();

            // What no answer waits for is over before the next request.
            await Task.Delay(TimeSpan.FromSeconds(20), process.Clock);
        }

        public Task AskAsync(string operation) => operation switch
        {
            "UploadArchive" => Must(process.Paths.ArchiveIntake.StoreArchiveAsync(
                _vault, Description.None, Bytes.LengthBytes, Hashes, new SentBody(Bytes, Lie.None), CancellationToken.None)),
            "InitiateMultipartUpload" => InitiateAsync(),
            "UploadMultipartPart" => PutPartAsync(),
            "CompleteMultipartUpload" => Must(process.Paths.ArchiveIntake.CompleteAsync(
                _upload, _vault, Bytes.LengthBytes, Bytes.TreeHash, CancellationToken.None)),
            "AbortMultipartUpload" => Must(process.Host.AskAsync(_upload.Entity, new AbortUpload(_vault), CancellationToken.None)),
            "PutObject" => Must(process.Paths.ObjectIntake.PutAsync(
                new ObjectName(_bucket, SomeObject.Key("a")),
                Headers,
                new ObjectBody(new SentBody(Bytes, Lie.None), Bytes.LengthBytes, Sha256: null, Algorithm: null, static () => default),
                condition: null,
                CancellationToken.None)),
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "Unknown operation."),
        };

        private async Task<UploadId> InitiateAsync() => (await process.Paths.ArchiveIntake.InitiateAsync(
            _vault, Some.Size(1), Description.None, ByteStorage.Gateway, totalBytes: null, createKey: null, CancellationToken.None)).Answer.Upload;

        private Task PutPartAsync() => Must(process.Paths.ArchiveIntake.StorePartAsync(
            _upload, _vault, new PartRange(0, Bytes.LengthBytes - 1), Hashes, new SentBody(Bytes, Lie.None), sender: null,
            CancellationToken.None));

        private static async Task Must<TAnswer>(ValueTask<Outcome<TAnswer>> asked)
            where TAnswer : class => Assert.Null((await asked).Refusal);
    }
}
