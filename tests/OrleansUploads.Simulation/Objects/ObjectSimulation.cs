using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Simulation.Bugs;

namespace OrleansUploads.Simulation.Objects;

/// <summary>Runs one schedule of clients of a bucket on the real engine, with crashes, failing writes, and lost and repeated messages,
/// and compares the answers with a model of S3.</summary>
internal sealed class ObjectSimulation
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Longer than an attempt may be unknown to the entity that it belongs to.</summary>
    private static readonly TimeSpan Grace = UploadPolicy.UnannouncedLife * 2;

    private readonly SimulatedWorld _world;
    private readonly Hosts _hosts;
    private readonly ObjectModel _model = new();
    private readonly ArchivingClients _archiving;
    private readonly ObjectClients _clients;
    private readonly BucketClients _bucket;
    private readonly Housekeeping _housekeeping;
    private readonly SeededRandom _random;
    private readonly SwarmOptions _options;

    private ObjectSimulation(ulong seed, PlantedBug bug, bool keepsLines)
    {
        _options = Draw(seed);
        _world = new SimulatedWorld(seed, _options, keepsLines, new Coverage());
        _hosts = new Hosts(_world, bug);
        _random = new SeededRandom(seed).Fork(7);
        var calls = new ProcessCalls(_world, _hosts);
        _archiving = new ArchivingClients(_world, calls, _model, _random);
        _clients = new ObjectClients(_world, calls, _model, _archiving, _random);
        _bucket = new BucketClients(_world, calls, _model, _clients);
        _housekeeping = new Housekeeping(_world, _hosts);
    }

    /// <summary>Runs a seed.</summary>
    /// <returns>The promise that was broken, or null; and the trace.</returns>
    public static (string? Violation, Trace Trace) Run(ulong seed, Func<PlantedBug>? bug = null, bool keepsLines = false) =>
        SimulatedWorld.Alone(() =>
        {
            var simulation = new ObjectSimulation(seed, bug?.Invoke() ?? new PlantedBug(), keepsLines);
            simulation.Play();
            return (simulation._world.Violation, simulation._world.Trace);
        });

    /// <summary>The world of a seed: bytes never rot and disks never fill up, because other worlds have that, and two hosts expect each
    /// other.</summary>
    private static SwarmOptions Draw(ulong seed) => SwarmOptions.Draw(seed) with
    {
        HostsExpectOthers = true,
        BytesFlip = 0,
        MaxOpenUploads = 0,
        RealIntakeOfFullParts = false,
        RetrievalSeconds = new SeededRandom(seed).Fork(8).Pick(0, 5, 60),
    };

    private void Play()
    {
        if (!_housekeeping.Await(_bucket.BeginAsync()))
        {
            return;
        }

        var running = Enumerable.Range(0, _random.Between(2, 4))
            .Select(_ => _world.Clients.Start(() => _clients.RunAsync(_random.Between(8, 20), _bucket.TryDeleteAsync)))
            .ToList();
        var disturbing = _world.Clients.Start(DisturbAsync);
        if (_housekeeping.Await(Task.WhenAll(running)) && _housekeeping.Await(disturbing) && EndBucket() && _housekeeping.Settle())
        {
            Check();
        }
    }

    /// <summary>In some worlds the bucket is deleted in the end, while faults go on.</summary>
    private bool EndBucket()
    {
        if (!_random.Chance(300))
        {
            return true;
        }

        var disturbing = _world.Clients.Start(DisturbAsync);
        return _housekeeping.Await(_world.Clients.Start(_bucket.EndAsync)) && _housekeeping.Await(disturbing);
    }

    private Task DisturbAsync() => _housekeeping.DisturbAsync(_random, _options.CrashWeight > 0, Grace);

    private void Check()
    {
        _housekeeping.Await(_world.Clients.Start(ReadAllAsync));
        _housekeeping.Await(_world.Clients.Start(RepeatAllAsync));
        _housekeeping.Await(_world.Clients.Start(PutAllAsync));

        // A put whose first attempt had no answer may still replace an object, and its grace begins then. One whose key was changed meanwhile
        // never becomes an object, and its upload expires.
        _world.RunFor(TimeSpan.FromMinutes(2));
        _world.Clock.Jump(UploadPolicy.MinStaleAfter + UploadPolicy.DefaultReplacedObjectGrace + TimeSpan.FromMinutes(1));
        if (_world.Violation is not null || !_housekeeping.Scan() || !_housekeeping.Await(_hosts.Collect(0, Grace)))
        {
            return;
        }

        _housekeeping.Await(_world.Clients.Start(ReadAllAsync));
        _housekeeping.Await(_world.Clients.Start(CheckDiskAsync));

        _housekeeping.Await(_world.Clients.Start(RestoreAllAsync));

        // The days of all restores are over.
        _world.Clock.Jump(TimeSpan.FromDays(RestoreHistory.MaxDays + 2));
        _housekeeping.Await(_world.Clients.Start(ReadAllAsync));
        if (_world.Violation is null && _model.FindImpossible() is { } impossible)
        {
            _world.Fail($"order: no order explains the answers about {impossible}");
        }
    }

    private async Task ReadAllAsync()
    {
        foreach (var key in _model.Keys.Append(ObjectModel.Anchor))
        {
            await _housekeeping.MustAsync(() => _clients.ReadAsync(key, Patience));
        }

        await _housekeeping.MustAsync(() => _clients.ListAsync(Patience));
    }

    /// <summary>Completes every completed upload once more, which must not change a key.</summary>
    private async Task RepeatAllAsync()
    {
        foreach (var upload in _model.Uploads.Where(upload => upload.Published is not null).ToList())
        {
            var version = upload.Versions.FindIndex(known => known.Value == _model.ValueOf(upload.Published!.ETag));
            await _housekeeping.MustAsync(() => _clients.CompleteAsync(upload, version, Patience));
        }
    }

    /// <summary>Every key takes an object, whatever was sealed, split or begun before, unless the bucket was deleted.</summary>
    private async Task PutAllAsync()
    {
        foreach (var key in _model.Keys)
        {
            await _housekeeping.MustAsync(() => _bucket.IsDeleted ? _clients.PutInVainAsync(key) : _clients.PutAsync(key));
        }
    }

    private async Task RestoreAllAsync()
    {
        foreach (var key in _model.Archived)
        {
            await _housekeeping.MustAsync(() => _archiving.RestoreAsync(key));
        }
    }

    /// <summary>The part store has exactly the bytes of the current objects and of the open uploads.</summary>
    private async Task CheckDiskAsync()
    {
        var process = _hosts[0]!;
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
                    var parts = await process.Host.SendAsync(
                        entry.Upload.Entity, new ListNumberedParts(SomeObject.Named(entry.Key.ToString()), 0, 10), CancellationToken.None);
                    if (parts is Refusal)
                    {
                        _world.Fail($"listing: an upload is listed that is not open: {parts}");
                    }
                }
            }
        }

        foreach (var stored in _hosts.Disk.Uploads.Values.Where(stored => !owned.Contains(stored.Upload)))
        {
            _world.Fail($"reclaim: the bytes of {stored.Upload} belong to nothing");
        }
    }
}
