namespace OrleansUploads.Simulation.Objects;

/// <summary>Clients of a bucket, with crashes, failing writes, and lost and repeated messages. Their answers are compared with a model of
/// S3.</summary>
internal sealed class ObjectSimulation : ClientSimulation
{
    private readonly ObjectModel _model = new();
    private readonly ArchivingClients _archiving;
    private readonly ObjectClients _clients;
    private readonly BucketClients _bucket;

    private ObjectSimulation(ulong seed, ClientRun run)
        : base(seed, Draw(seed, 0, 5, 60) with { RealIntakeOfFullParts = false }, purpose: 7, run)
    {
        _archiving = new ArchivingClients(World, Calls, _model, Random);
        _clients = new ObjectClients(World, Calls, _model, _archiving, Random);
        _bucket = new BucketClients(World, Calls, _model, _clients);
    }

    public static ClientOutcome Run(ulong seed, Func<PlantedBug>? bug = null, bool keepsLines = false) =>
        Play(() => new ObjectSimulation(seed, new ClientRun(bug, keepsLines))).Outcome();

    protected override void Play()
    {
        if (Await(_bucket.BeginAsync())
            && PlayClients(() => _clients.RunAsync(Random.Between(8, 20), _bucket.TryDeleteAsync))
            && EndBucket()
            && Settle())
        {
            Check();
        }
    }

    /// <summary>In some worlds the bucket is deleted in the end, or nearly so, while faults go on.</summary>
    private bool EndBucket()
    {
        var draw = Random.Below(1000);
        if (draw >= 400)
        {
            return true;
        }

        var disturbing = Disturb();
        return Await(draw < 300 ? _bucket.EndAsync : _bucket.EndInVainAsync) && Await(disturbing);
    }

    private void Check()
    {
        Await(ReadAllAsync);
        Await(RepeatAllAsync);
        Await(PutAllAsync);

        // A put whose first attempt had no answer may still replace an object, and its grace begins then. One whose key was changed meanwhile
        // never becomes an object, and its upload expires.
        World.RunFor(TimeSpan.FromMinutes(2));
        World.Clock.Jump(UploadPolicy.MinStaleAfter + UploadPolicy.DefaultReplacedObjectGrace + TimeSpan.FromMinutes(1));
        if (World.Violation is not null || !Scan() || !Await(Hosts.Collect(0, Grace)))
        {
            return;
        }

        Hosts.Ends.CheckAllTold();
        Await(ReadAllAsync);
        Await(CheckDiskAsync);
        Await(RestoreAllAsync);

        // The days of all restores are over.
        World.Clock.Jump(TimeSpan.FromDays(RestoreHistory.MaxDays + 2));
        Await(ReadAllAsync);
        if (World.Violation is null && _model.FindImpossible() is { } impossible)
        {
            World.Fail($"order: no order explains the answers about {impossible}");
        }
    }

    private Task ReadAllAsync() => SendAllAsync(
    [
        .. _model.KeysAndAnchor.Select<string, Func<Task<bool>>>(key => () => _clients.ReadAsync(key, Patience)),
        () => _clients.ListAsync(Patience),
    ]);

    /// <summary>Completes every completed upload once more, which must not change a key.</summary>
    private Task RepeatAllAsync() => SendAllAsync(
    [
        .. _model.Uploads.Where(upload => upload.Published is not null).Select<ModelUpload, Func<Task<bool>>>(upload =>
        {
            var version = upload.Versions.FindIndex(known => known.Value == _model.ValueOf(upload.Published!.ETag));
            return () => _clients.CompleteAsync(upload, version, Patience);
        }),
    ]);

    /// <summary>Every key takes an object, whatever was sealed, split or begun before, unless the bucket was deleted.</summary>
    private Task PutAllAsync() => SendAllAsync(_model.Keys.Select<string, Func<Task<bool>>>(
        key => () => _bucket.IsDeleted ? _clients.PutInVainAsync(key) : _clients.PutAsync(key)));

    private Task RestoreAllAsync() =>
        SendAllAsync(_model.Archived.Select<string, Func<Task<bool>>>(key => () => _archiving.RestoreAsync(key)));

    private async Task CheckDiskAsync()
    {
        var process = Hosts[0]!;
        var owned = new HashSet<UploadId>();
        foreach (var tree in new[] { KeyTree.Objects, KeyTree.Uploads })
        {
            var page = await process.Paths.KeyLister.ListAsync(
                new KeyListing(new KeyIndexId(SomeObject.Bucket, tree), "", "", null, 1000), CancellationToken.None);
            foreach (var entry in page.Entries)
            {
                owned.Add(entry.Upload);
                if (tree == KeyTree.Uploads)
                {
                    var (parts, _) = await process.Host.SendAsync(
                        entry.Upload.Entity, new ListNumberedParts(SomeObject.Named(entry.Key.ToString()), 0, 10), CancellationToken.None);
                    if (parts is Refusal)
                    {
                        World.Fail($"listing: an upload is listed that is not open: {parts}");
                    }
                }
            }
        }

        foreach (var stored in Hosts.Disk.Uploads.Values.Where(stored => !owned.Contains(stored.Upload)))
        {
            World.Fail($"reclaim: the bytes of {stored.Upload} belong to nothing");
        }
    }
}
