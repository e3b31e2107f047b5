namespace OrleansUploads.Simulation.Clocks;

/// <summary>Runs the real engine through a schedule of outages, suspends, clock jumps, backups and operators' commands,
/// drawn from a seed. This class knows the true time; the machine does not.</summary>
internal sealed class ClockSeries : IAsyncDisposable
{
    private const int Steps = 40;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static readonly TimeSpan Slack = Hour;

    private readonly ManualTime _time = new();
    private readonly SeededRandom _random;
    private readonly ClockMachine _machine;
    private readonly ClockServer _server;
    private readonly bool _clockJumps;
    private readonly Dictionary<UploadId, OpenUpload> _open = [];
    private TimeSpan _served;
    private TimeSpan _setSinceBeat;
    private bool _isFaulted;
    private bool _isFaultPending;
    private DateTimeOffset? _heldUntil;
    private DateTimeOffset _lastBeat;
    private DateTimeOffset _latestShown;
    private string? _violation;

    private ClockSeries(ulong seed, ClockMistake mistake)
    {
        _random = new SeededRandom(seed).Fork(77);
        _clockJumps = _random.Chance(600);
        _machine = new ClockMachine(_time, mistake);
        _server = new ClockServer(_time, _machine, (int)seed, mistake);
    }

    /// <summary>Plays a seed on the thread of a world. Elsewhere, each of thousands of beats would wait for other threads.</summary>
    public static ClientOutcome Run(ulong seed, ClockMistake mistake = ClockMistake.None) => SimulatedWorld.Alone(() =>
    {
        var world = new SimulatedWorld(seed, new SwarmOptions { DrawsTaskOrder = false }, keepsLines: false, new Coverage());
        string? violation = null;
        var playing = world.Clients.Start(async () =>
        {
            await using var series = new ClockSeries(seed, mistake);
            await series.PlayAsync();
            violation = series._violation;
        });
        if (!world.RunUntil(() => playing.IsCompleted, TimeSpan.Zero))
        {
            throw new InvalidOperationException($"Seed {seed} of clocks waits for something outside its world.");
        }

        playing.GetAwaiter().GetResult();
        return new ClientOutcome(violation, world.Trace);
    });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task PlayAsync()
    {
        await _server.StartAsync();
        for (var step = 0; step < Steps && _violation is null; step++)
        {
            await StepAsync();
            _latestShown = _latestShown > _machine.GetUtcNow() ? _latestShown : _machine.GetUtcNow();
            await CheckAsync();
        }

        if (_violation is null)
        {
            await EndAsync();
        }
    }

    private async Task StepAsync()
    {
        switch (_random.Below(14))
        {
            case 0 or 1:
                await ServeAsync(_random.Between(1, 48) * Hour);
                break;
            case 2:
                await ServeAsync(_random.Between(1, 10) * Minute);
                break;
            case 3:
                await BeatAsync();
                await RestartAsync(_random.Pick(0, 0, 1) * _random.Between(1, 500) * Hour);
                break;
            case 4:
                _machine.Suspend(_random.Between(1, 240) * Hour);
                break;
            case 5 when _clockJumps && !_isFaulted:
                Set(_random.Pick(-1, 1) * _random.Between(2, 24 * 60) * Minute * _random.Pick(1, 7, 30));
                break;
            case 6 when _clockJumps && !_isFaulted:
                var by = _random.Between(1, 30) * Day;
                Set(by);
                await _server.RunHousekeepingAsync();
                Set(-by);
                _isFaultPending = true;
                break;
            case 7 when _isFaulted:
                Set(-_machine.Ahead);
                await BeatAsync();
                await _server.AcceptAsync();
                OnClockAccepted();
                break;
            case 8:
                var lease = _random.Between(12, 168) * Hour;
                await _server.BeginBackupAsync(lease);
                var until = _machine.GetUtcNow() + lease;
                _heldUntil = _heldUntil > until ? _heldUntil : until;
                break;
            case 9:
                await _server.EndBackupAsync();
                _heldUntil = null;
                break;
            case 10 when !_isFaulted && !_isFaultPending && !IsHeld && _setSinceBeat.Duration() <= ClockFault.Bound:
                await CollectElsewhereAsync();
                break;
            case 11 or 12:
                await StoreAsync();
                break;
            default:
                var upload = await _server.OpenAsync();
                _open.Add(upload, new OpenUpload { TouchedAt = _served });
                break;
        }
    }

    private bool IsHeld => _heldUntil > _machine.GetUtcNow();

    private void Set(TimeSpan by)
    {
        _machine.Set(by);
        _setSinceBeat += by;
    }

    /// <summary>Sends a heartbeat, which must detect a clock fault. The journal keeps the fault until an operator accepts
    /// the clock.</summary>
    private async Task BeatAsync()
    {
        await _server.BeatAsync();
        _isFaulted |= _isFaultPending || _setSinceBeat.Duration() > ClockFault.Bound;
        _isFaultPending = false;
        _setSinceBeat = TimeSpan.Zero;
        RecordBeat();
    }

    private void RecordBeat()
    {
        var now = _machine.GetUtcNow();
        _lastBeat = _isFaulted || _lastBeat > now ? _lastBeat : now;
    }

    private void OnClockAccepted()
    {
        _isFaulted = _isFaultPending = false;
        _lastBeat = _machine.GetUtcNow();
    }

    private async Task ServeAsync(TimeSpan lasting)
    {
        for (var left = lasting; left > TimeSpan.Zero; left -= 3 * ServiceClock.BeatInterval)
        {
            var next = left < 3 * ServiceClock.BeatInterval ? left : 3 * ServiceClock.BeatInterval;
            _time.Advance(next);
            _served += next;
            await BeatAsync();
        }
    }

    /// <summary>A clock change while the server was down appears as an outage or as a clock behind the journal.</summary>
    private async Task RestartAsync(TimeSpan stopped)
    {
        await _server.StopAsync();
        _time.Advance(stopped);
        _isFaulted |= _lastBeat - _machine.GetUtcNow() > ClockFault.Bound;
        _setSinceBeat = TimeSpan.Zero;
        await _server.StartAsync();
        RecordBeat();
    }

    private async Task CollectElsewhereAsync()
    {
        await _server.CollectElsewhereAsync(_random.Between(2, 10) * Day);
        foreach (var (upload, facts) in _open)
        {
            // By that clock, every attempt that is not the part is older than a day.
            facts.Attempts.IntersectWith(await _server.Parts.AllAttemptsAsync(upload, CancellationToken.None));
        }
    }

    private async Task StoreAsync()
    {
        if (_open.Count == 0)
        {
            return;
        }

        var (upload, facts) = _open.ElementAt(_random.Below(_open.Count));
        var before = (await _server.Parts.AllAttemptsAsync(upload, CancellationToken.None)).ToHashSet();
        var stored = await _server.StoreAsync(upload, Some.Bytes(100, _random.Below(1000)));
        if (stored.Refusal is Refusal.AttemptCollected)
        {
            // An attempt's age follows the clock. It may be refused only if it seems older than a collected attempt.
            if (_machine.GetUtcNow() > facts.YoungestAttempt)
            {
                _violation = $"fence: the newest part of an upload is refused, {Where()}";
            }

            return;
        }

        foreach (var attempt in await _server.Parts.AllAttemptsAsync(upload, CancellationToken.None))
        {
            if (!before.Contains(attempt))
            {
                facts.Attempts.Add(attempt);
                facts.StartedAt[attempt] = _served;
                facts.YoungestAttempt = attempt.CreatedAt > facts.YoungestAttempt ? attempt.CreatedAt : facts.YoungestAttempt;
            }
        }

        facts.TouchedAt = _served;
    }

    /// <summary>Runs housekeeping. It must not delete anything that was not available for long enough.</summary>
    private async Task CheckAsync()
    {
        _isFaultPending |= _setSinceBeat.Duration() > ClockFault.Bound;
        var mayExpire = !_isFaulted && !_isFaultPending && _setSinceBeat.Duration() <= ClockFault.Bound;
        var mayDelete = mayExpire && !IsHeld;
        await _server.RunHousekeepingAsync();
        foreach (var (upload, facts) in _open.ToList())
        {
            var stored = (await _server.Parts.AllAttemptsAsync(upload, CancellationToken.None)).ToHashSet();
            foreach (var gone in facts.Attempts.Where(attempt => !stored.Contains(attempt)).ToList())
            {
                if (!mayDelete || _served - facts.StartedAt[gone] < new MaintenanceOptions().AttemptGrace - Slack)
                {
                    _violation = $"collection: bytes were deleted after {_served - facts.StartedAt[gone]}, {Where()}";
                }

                facts.Attempts.Remove(gone);
            }

            if (facts.IsOpen && !await _server.IsOpenAsync(upload))
            {
                if (!mayExpire || _served - facts.TouchedAt < ClockServer.StaleAfter - Slack)
                {
                    _violation = $"expiry: an upload was deleted after {_served - facts.TouchedAt}, {Where()}";
                }

                facts.IsOpen = false;
            }

            if (!facts.IsOpen && facts.Attempts.Count == 0)
            {
                _open.Remove(upload);
            }
        }
    }

    /// <summary>Once the clock is correct and no backup is running, everything ends after enough time.</summary>
    private async Task EndAsync()
    {
        Set(_latestShown - _machine.GetUtcNow() > TimeSpan.Zero ? _latestShown - _machine.GetUtcNow() + Day : Day);
        await BeatAsync();
        await _server.AcceptAsync();
        OnClockAccepted();
        await _server.EndBackupAsync();
        _heldUntil = null;
        await ServeAsync(ClockServer.StaleAfter + Hour);
        await CheckAsync();
        await ServeAsync(Day + Hour);
        await CheckAsync();
        if (_violation is null && _open.Count > 0)
        {
            _violation = $"reclaim: {_open.Count} uploads without activity for days still exist";
        }
    }

    private string Where() =>
        $"clock ahead by {_machine.Ahead}, fault {_isFaulted}, set since the last beat {_setSinceBeat}, backup {IsHeld}";

    private sealed class OpenUpload
    {
        public bool IsOpen { get; set; } = true;

        public TimeSpan TouchedAt { get; set; }

        public DateTimeOffset YoungestAttempt { get; set; } = DateTimeOffset.MinValue;

        public HashSet<AttemptId> Attempts { get; } = [];

        public Dictionary<AttemptId, TimeSpan> StartedAt { get; } = [];
    }
}
