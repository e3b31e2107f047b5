namespace OrleansUploads.Simulation.Workload;

/// <summary>Draws a schedule from a seed and its options, independent of any server.</summary>
internal sealed partial class ScheduleGenerator
{
    public const int MaxSlots = 4;

    public static readonly int[] ShortLengths = [1, 7, 100];

    private readonly SeededRandom _random;
    private readonly SwarmOptions _options;
    private readonly List<IReadOnlyList<Content>> _plans = [];
    private readonly List<HashSet<int>> _put = [];
    private readonly int[] _weights;
    private int _uploads;
    private int? _deletedVault;
    private int _churned;

    private ScheduleGenerator(ulong seed, SwarmOptions options)
    {
        _random = new SeededRandom(seed).Fork(4);
        _nodes = new SeededRandom(seed).Fork(11);
        _options = options;
        _weights =
        [
            .. Enumerable.Range(0, 12).Select(
                _ => Math.Max(_random.Chance(700) ? _random.Between(1, 10) : 0, options.MinOperationWeight)),
        ];
    }

    public static Schedule Generate(ulong seed, SwarmOptions options) => new ScheduleGenerator(seed, options).Generate();

    private Schedule Generate()
    {
        var chapters = new List<Chapter>();
        var count = _options.Chapters > 0 ? _options.Chapters : _options.JumpWeight == 0 ? 1 : _random.Between(2, 3);
        for (var chapter = 0; chapter < count; chapter++)
        {
            var steps = new List<Step>();
            if (chapter == 0 || _options.Chapters > 0)
            {
                Open(steps);
            }

            if (_options.Locks)
            {
                RaceDeletions(steps, vault: chapter % _options.Vaults);
            }

            while (!_options.Locks && steps.Count < _options.Steps / count)
            {
                steps.Add(Next());
            }

            AddNodes(steps);
            chapters.Add(new Chapter(steps, chapter + 1 < count ? Leap() : TimeSpan.Zero));
        }

        return new Schedule(chapters, _plans);
    }

    private void Open(List<Step> steps)
    {
        for (var vault = 0; vault < _options.Vaults; vault++)
        {
            steps.Add(Ask(0, new Operation.CreateVault(vault), attempts: 4));
        }

        for (var upload = 0; upload < _options.Uploads && !_options.Churns && !_options.Locks; upload++)
        {
            steps.Add(Ask(0, Initiate(), attempts: 3));
        }
    }

    /// <summary>A little before, at, or well after the moment at which uploads go stale or records are forgotten.</summary>
    private TimeSpan Leap() => _random.Below(4) switch
    {
        0 => UploadPolicy.DefaultStaleAfter - TimeSpan.FromMinutes(4),
        1 => UploadPolicy.DefaultStaleAfter + TimeSpan.FromMinutes(1),
        2 => TimeSpan.FromHours(26),
        _ => TimeSpan.FromDays(15),
    };

    private Step Next()
    {
        var nemesis = _options.CrashWeight + _options.WakeWeight + _options.CollectWeight + _options.FullDiskWeight + 1;
        if (_random.Below(20 + nemesis) < nemesis)
        {
            return Disturb();
        }

        var client = _random.Below(_options.Clients);
        if (_deletedVault is { } deleted)
        {
            _deletedVault = null;
            return Ask(client, new Operation.CreateVault(deleted), attempts: 4);
        }

        return _options.Churns ? Ask(0, Churn(), attempts: 4)
            : Ask(client, NextOperation(), attempts: _random.Pick(1, 1, 2, 4));
    }

    private Step Disturb()
    {
        var draw = _random.Below(
            _options.CrashWeight + _options.WakeWeight + _options.CollectWeight + _options.FullDiskWeight + 1);
        var host = _random.Below(_options.Hosts);
        var pause = Pause();
        if ((draw -= _options.CrashWeight) < 0)
        {
            return new Step.Crash(pause, host, _random.Milliseconds(0, 5000));
        }

        if ((draw -= _options.WakeWeight) < 0)
        {
            return new Step.Wake(pause, host);
        }

        if ((draw -= _options.CollectWeight) < 0)
        {
            return new Step.Collect(pause, host, _options.AnnouncesAll
                ? _random.Pick(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24))
                : _random.Pick(2 * UploadPolicy.UnannouncedLife, TimeSpan.FromHours(24)));
        }

        return (draw - _options.FullDiskWeight) < 0
            ? new Step.FillDisk(pause, _random.Milliseconds(10, 20_000))
            : new Step.Suspend(pause, _random.Milliseconds(10, 40_000));
    }

    private Step.Ask Ask(int client, Operation operation, int attempts) => new(
        client,
        Pause(),
        operation,
        attempts,
        _random.Below(_options.Hosts),
        _random.Pick(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(90)),
        _random.Chance(500));

    private TimeSpan Pause() => (_options.Hurries ? 0 : _random.Below(4)) switch
    {
        0 or 1 => TimeSpan.Zero,
        2 => _random.Milliseconds(0, _options.SlowMilliseconds),
        _ => _random.Milliseconds(0, 20 * _options.SlowMilliseconds),
    };

    private Operation.InitiateUpload Initiate()
    {
        var parts = new List<Content>();
        for (var slots = _random.Between(_options.FewestParts, MaxSlots - 1); slots > 1; slots--)
        {
            parts.Add(Full());
        }

        parts.Add(_random.Chance(300) ? Full() : Short());
        _plans.Add(parts);
        _put.Add([]);
        return new Operation.InitiateUpload(_random.Below(_options.Vaults), _uploads++);
    }

    private Operation NextOperation()
    {
        var total = 40 + _weights.Sum();
        var draw = _random.Below(total);
        var upload = _random.Below(_uploads);
        if (draw < 40)
        {
            return Advance(upload);
        }

        draw -= 40;
        for (var kind = 0; kind < _weights.Length; kind++)
        {
            if ((draw -= _weights[kind]) < 0)
            {
                return OfKind(kind, upload);
            }
        }

        return Advance(upload);
    }

    private Operation Churn() => (_churned++ % 4) switch
    {
        0 => new Operation.PutArchive(0, Short(), Lie.None),
        1 => new Operation.DeleteArchive(_churned / 4),
        2 => new Operation.DeleteVault(0),
        _ => new Operation.CreateVault(0),
    };

    private Operation Advance(int upload)
    {
        var plan = _plans[upload];
        var missing = Enumerable.Range(0, plan.Count).Where(slot => !_put[upload].Contains(slot)).ToList();
        if (missing.Count == 0)
        {
            return new Operation.CompleteUpload(upload, ClaimKind.AsAcknowledged);
        }

        var next = missing[_random.Below(missing.Count)];
        _put[upload].Add(next);
        return new Operation.PutPart(upload, next, plan[next], Lie.None);
    }

    private Operation OfKind(int kind, int upload)
    {
        var vault = _random.Below(_options.Vaults);
        return kind switch
        {
            0 => new Operation.PutPart(upload, _random.Below(_plans[upload].Count), Other(upload), Lie.None),
            1 => new Operation.PutPart(upload, _random.Below(MaxSlots), Other(upload), (Lie)_random.Between(1, (int)Lie.TooManyParts)),
            2 => new Operation.CompleteUpload(upload, (ClaimKind)_random.Below(5)),
            3 => new Operation.AbortUpload(upload),
            4 => new Operation.ListParts(upload),
            5 => _random.Chance(500) ? new Operation.ListUploads(vault) : new Operation.ListVaults(),
            6 => new Operation.DescribeVault(vault),
            7 => new Operation.PutArchive(vault, Short(), _random.Chance(200) ? (Lie)_random.Between(1, 5) : Lie.None),
            8 => new Operation.DeleteArchive(_random.Below(4)),
            9 => new Operation.ReadArchive(_random.Below(4), _random.Chance(300)),
            10 => _random.Chance(700) ? Delete(vault) : new Operation.CreateVault(vault),
            _ => Initiate(),
        };
    }

    /// <summary>Deletes a vault, and in most cases creates it again at once.</summary>
    private Operation.DeleteVault Delete(int vault)
    {
        _deletedVault = _random.Chance(700) ? vault : null;
        return new Operation.DeleteVault(vault);
    }

    private Content Other(int upload) =>
        _random.Chance(700) ? _plans[upload].Count > 1 ? Full() : Short() : _random.Chance(500) ? Full() : Short();

    private Content Full() => new(_random.Below(Content.Blocks), Content.FullBytes);

    private Content Short() => new(_random.Below(Content.Blocks), ShortLengths[_random.Below(ShortLengths.Length)]);
}
