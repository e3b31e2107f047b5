using OrleansUploads.Core.Messages.Objects;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Simulation.Bugs;
using OrleansUploads.Simulation.World;
using OrleansUploads.TestKit;

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
    private readonly SeededRandom _random;
    private readonly SwarmOptions _options;

    private ObjectSimulation(ulong seed, PlantedBug bug, bool keepsLines)
    {
        _options = Draw(seed);
        _world = new SimulatedWorld(seed, _options, keepsLines, new Coverage());
        _hosts = new Hosts(_world, bug);
        _random = new SeededRandom(seed).Fork(7);
        var calls = new ObjectCalls(_world, _hosts);
        _archiving = new ArchivingClients(_world, calls, _model, _random);
        _clients = new ObjectClients(_world, calls, _model, _archiving, _random);
        _bucket = new BucketClients(_world, calls, _model, _clients);
    }

    /// <summary>Runs a seed.</summary>
    /// <returns>The promise that was broken, or null; and the trace.</returns>
    public static (string? Violation, Trace Trace) Run(ulong seed, Func<PlantedBug>? bug = null, bool keepsLines = false)
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var simulation = new ObjectSimulation(seed, bug?.Invoke() ?? new PlantedBug(), keepsLines);
            simulation.Play();
            return (simulation._world.Violation, simulation._world.Trace);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

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
        if (!Await(_bucket.BeginAsync()))
        {
            return;
        }

        var running = Enumerable.Range(0, _random.Between(2, 4))
            .Select(_ => _world.Clients.Start(() => _clients.RunAsync(_random.Between(8, 20), _bucket.TryDeleteAsync)))
            .ToList();
        var disturbing = _world.Clients.Start(DisturbAsync);
        if (Await(Task.WhenAll(running)) && Await(disturbing) && EndBucket() && Settle())
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
        return Await(_world.Clients.Start(_bucket.EndAsync)) && Await(disturbing);
    }

    private async Task DisturbAsync()
    {
        for (var step = 0; step < 12; step++)
        {
            await _world.Delay(TimeSpan.FromMilliseconds(_random.Below(4000)));
            var host = _random.Below(_hosts.Count);
            switch (_random.Below(10))
            {
                case < 3 when _options.CrashWeight > 0 && _hosts[host] is not null:
                    _hosts.Crash(host);
                    _world.Clock.After(TimeSpan.FromMilliseconds(_random.Below(5000)), () => _hosts.Start(host));
                    break;
                case < 6:
                    _ = _hosts.Wake(host);
                    break;
                case < 8:
                    _ = _hosts.Collect(host, Grace);
                    break;
            }
        }
    }

    /// <summary>Ends all faults and restarts the hosts. Then everything that is unfinished must be finished.</summary>
    private bool Settle()
    {
        _world.StopFaults();
        _world.RunFor(TimeSpan.FromMinutes(3));
        for (var host = 0; host < _hosts.Count; host++)
        {
            _hosts.Crash(host);
            _hosts.Start(host);
        }

        return Housekeep();
    }

    private bool Housekeep()
    {
        for (var scan = 0; scan < 3; scan++)
        {
            if (!Await(_hosts.Wake(0)))
            {
                return false;
            }

            _world.RunFor(TimeSpan.FromMinutes(2));
        }

        return _world.Violation is null;
    }

    private void Check()
    {
        Await(_world.Clients.Start(ReadAllAsync));
        Await(_world.Clients.Start(RepeatAllAsync));
        Await(_world.Clients.Start(PutAllAsync));

        // A put whose first attempt had no answer may still replace an object, and its grace begins then.
        _world.RunFor(TimeSpan.FromMinutes(2));
        _world.Clock.Jump(UploadPolicy.DefaultReplacedObjectGrace + TimeSpan.FromMinutes(1));
        if (_world.Violation is not null || !Housekeep() || !Await(_hosts.Collect(0, Grace)))
        {
            return;
        }

        Await(_world.Clients.Start(ReadAllAsync));
        Await(_world.Clients.Start(CheckDiskAsync));

        Await(_world.Clients.Start(RestoreAllAsync));

        // The days of all restores are over.
        _world.Clock.Jump(TimeSpan.FromDays(RestoreHistory.MaxDays + 2));
        Await(_world.Clients.Start(ReadAllAsync));
        if (_world.Violation is null && _model.FindImpossible() is { } impossible)
        {
            _world.Fail($"order: no order explains the answers about {impossible}");
        }
    }

    private async Task ReadAllAsync()
    {
        foreach (var key in _model.Keys.Append(ObjectModel.Anchor))
        {
            await MustAsync(() => _clients.ReadAsync(key, Patience));
        }

        await MustAsync(() => _clients.ListAsync(Patience));
    }

    /// <summary>Completes every completed upload once more, which must not change a key.</summary>
    private async Task RepeatAllAsync()
    {
        foreach (var upload in _model.Uploads.Where(upload => upload.Published is not null).ToList())
        {
            var version = upload.Versions.FindIndex(known => known.Value == _model.ValueOf(upload.Published!.ETag));
            await MustAsync(() => _clients.CompleteAsync(upload, version, Patience));
            await MustAsync(() => _clients.ReadTimelineAsync(upload, Patience));
        }
    }

    /// <summary>Every key takes an object, whatever was sealed, split or begun before, unless the bucket was deleted.</summary>
    private async Task PutAllAsync()
    {
        foreach (var key in _model.Keys)
        {
            await MustAsync(() => _bucket.IsDeleted ? _clients.PutInVainAsync(key) : _clients.PutAsync(key));
        }
    }

    private async Task RestoreAllAsync()
    {
        foreach (var key in _model.Archived)
        {
            await MustAsync(() => _archiving.RestoreAsync(key));
        }
    }

    private async Task MustAsync(Func<Task<bool>> request)
    {
        // Two hosts without a cluster's directory notice one outdated entity after the other.
        for (var attempt = 0; attempt < 30; attempt++)
        {
            if (await request())
            {
                return;
            }

            await _world.Delay(TimeSpan.FromSeconds(1));
        }

        _world.Fail("liveness: a request is not answered after all faults have stopped");
    }

    /// <summary>The part store has exactly the bytes of the current objects and of the open uploads.</summary>
    private async Task CheckDiskAsync()
    {
        var process = _hosts[0]!;
        var owned = new HashSet<UploadId>();
        foreach (var tree in new[] { KeyTree.Objects, KeyTree.Uploads })
        {
            var page = await process.KeyLister.ListAsync(
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

    private bool Await(Task work)
    {
        if (!_world.RunUntil(() => work.IsCompleted, TimeSpan.FromHours(6)) && _world.Violation is null)
        {
            _world.Fail("liveness: something never ends");
        }

        if (work.IsFaulted)
        {
            _world.Fail($"check: {work.Exception.InnerException}");
        }

        return _world.Violation is null;
    }
}
