namespace OrleansUploads.Simulation.Judging;

/// <summary>All states that an upload or a vault may have, given every reply so far and every request that may have been
/// carried out or may be later. If no state is left, no order of events explains the replies.</summary>
internal sealed partial class Possibilities(IRules rules, ulong initial)
{
    private const int MaxConfigs = 20_000;
    private const int MaxInFlight = 16;

    private HashSet<Config> _configs = [new(initial, 0)];
    private readonly Request?[] _inFlight = new Request?[MaxInFlight];
    private readonly bool[] _abandoned = new bool[MaxInFlight];
    private readonly List<Request> _loose = [];
    private readonly List<Reading> _readings = [];
    private readonly HashSet<ulong> _ever = [initial];
    private readonly Stack<Config> _work = new();
    private readonly List<(ulong Next, Verdict Verdict)> _effects = [];
    private readonly List<ulong> _spontaneous = [];
    private long _changes;
    private long _closedAtChange = -1;
    private int _closedInContext;

    public IEnumerable<ulong> States => _configs.Select(config => config.State).Distinct();

    public IReadOnlySet<ulong> Ever => _ever;

    /// <summary>Whether there were too many possibilities to track; nothing is judged until the system settles.</summary>
    public bool IsLost { get; private set; }

    /// <summary>A request was sent. From now on it may be carried out.</summary>
    /// <returns>Its place, for <see cref="End"/>.</returns>
    public int Begin(Request request)
    {
        Close();
        for (var place = 0; place < MaxInFlight; place++)
        {
            if (_inFlight[place] is null)
            {
                _inFlight[place] = request;
                _changes++;
                Close();
                return place;
            }
        }

        IsLost = true;
        return -1;
    }

    /// <summary>A second copy of a request was sent, or a lost request may take effect any number of times.</summary>
    public void Loosen(Request request)
    {
        if (!_loose.Contains(request))
        {
            _loose.Add(request);
            _changes++;
            Close();
        }
    }

    /// <summary>The request was answered.</summary>
    /// <param name="place">Its place.</param>
    /// <param name="verdict">The answer.</param>
    /// <param name="mayBeStale">Whether the answer may come from a stale host and describe a past state.</param>
    /// <param name="mayNotHaveArrived">Whether the answer explains itself if the request was not carried out.</param>
    /// <returns>Whether the answer has an explanation.</returns>
    public bool End(int place, Verdict verdict, bool mayBeStale, bool mayNotHaveArrived = false)
    {
        if (IsLost || place < 0)
        {
            return true;
        }

        Close();
        var request = _inFlight[place]!;
        var kept = new HashSet<Config>();
        foreach (var config in _configs)
        {
            var result = config.ResultAt(place);
            if (result == verdict || (mayNotHaveArrived && result == Verdict.Unknown))
            {
                kept.Add(config.Clear(place));
            }
        }

        if (mayBeStale && MayDescribePast(request, verdict))
        {
            foreach (var config in _configs)
            {
                kept.Add(config.Clear(place));
            }
        }

        _inFlight[place] = null;
        _configs = kept;
        _changes++;
        if (kept.Count == 0)
        {
            return false;
        }

        Close();
        return true;
    }

    /// <summary>The answer to the request was lost; the request may still take effect later.</summary>
    public void Abandon(int place)
    {
        if (IsLost || place < 0)
        {
            return;
        }

        Close();
        var request = _inFlight[place]!;
        if (request is Request.PutPart or Request.ReportWritten)
        {
            // The host itself repeats reports, so the request may take effect more than once.
            Free(place);
            Loosen(request);
        }
        else
        {
            _abandoned[place] = true;
            _changes++;
        }
    }

    /// <summary>No request is in flight any more. What has not happened by now never will.</summary>
    public void Settle()
    {
        Close();
        for (var place = 0; place < MaxInFlight; place++)
        {
            Free(place);
        }

        _loose.Clear();
        _readings.Clear();
        _changes++;
    }

    /// <summary>Keeps only the states that explain an observation after everything has settled.</summary>
    public bool SettleOn(Predicate<ulong> explains)
    {
        Close();
        if (IsLost)
        {
            return true;
        }

        Keep(explains);
        return _configs.Count > 0;
    }

    /// <summary>Adds all states that may have been reached by now.</summary>
    public void Close()
    {
        if (IsLost || (_closedAtChange == _changes && _closedInContext == rules.Context))
        {
            return;
        }

        _closedAtChange = _changes;
        _closedInContext = rules.Context;
        foreach (var config in _configs)
        {
            _work.Push(config);
        }

        while (_work.TryPop(out var config))
        {
            _spontaneous.Clear();
            rules.Spontaneous(config.State, _spontaneous);
            foreach (var next in _spontaneous)
            {
                Reach(config with { State = next });
            }

            if (rules.Undo(config.State) is { } undone)
            {
                Undo(config, undone);
            }

            for (var place = 0; place < MaxInFlight; place++)
            {
                if (_inFlight[place] is { } request)
                {
                    Try(config, request, place);
                }
            }

            foreach (var request in _loose)
            {
                _effects.Clear();
                rules.Apply(config.State, request, _effects);
                foreach (var (next, _) in _effects)
                {
                    Reach(config with { State = next });
                }
            }

            if (_configs.Count > MaxConfigs)
            {
                IsLost = true;
                _work.Clear();
                return;
            }
        }
    }

    private void Try(Config config, Request request, int place)
    {
        var before = config.ResultAt(place);
        if (before != Verdict.Unknown && request is not (Request.PutPart or Request.ReportWritten))
        {
            return;
        }

        _effects.Clear();
        rules.Apply(config.State, request, _effects);
        foreach (var (next, verdict) in _effects)
        {
            var result = _abandoned[place] ? Verdict.Done : verdict;
            Reach(config.With(next, place, result));
            if (before != Verdict.Unknown)
            {
                Reach(config with { State = next });
            }
        }
    }

    /// <summary>Undoes all requests that can be. One that was refused may have been refused before it met the state that is undone; then
    /// its answer stays.</summary>
    private void Undo(Config config, ulong undone)
    {
        var withRefusals = config with { State = undone };
        var withoutRefusals = withRefusals;
        for (var place = 0; place < MaxInFlight; place++)
        {
            var result = config.ResultAt(place);
            if (result == Verdict.Unknown || _abandoned[place] || !rules.CanBeUndone(_inFlight[place]!))
            {
                continue;
            }

            withoutRefusals = withoutRefusals.With(undone, place, Verdict.NotFound);
            if (result == Verdict.Done)
            {
                withRefusals = withRefusals.With(undone, place, Verdict.NotFound);
            }
        }

        Reach(withRefusals);
        Reach(withoutRefusals);
    }

    private void Keep(Predicate<ulong> explains)
    {
        if (_configs.RemoveWhere(config => !explains(config.State)) > 0)
        {
            _changes++;
        }
    }

    private void Reach(Config config)
    {
        if (_configs.Add(config))
        {
            _work.Push(config);
            _ever.Add(config.State);
            foreach (var reading in _readings)
            {
                reading.Seen.Add(config.State);
            }
        }
    }

    private bool MayDescribePast(Request request, Verdict verdict)
    {
        foreach (var state in _ever)
        {
            _effects.Clear();
            rules.Apply(state, request, _effects);
            foreach (var (next, told) in _effects)
            {
                if (told == verdict && next == state)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void Free(int place)
    {
        if (_inFlight[place] is null)
        {
            return;
        }

        _inFlight[place] = null;
        _abandoned[place] = false;
        _configs = [.. _configs.Select(config => config.Clear(place))];
        _changes++;
    }

    /// <param name="State">The state, as <see cref="IRules"/> encodes it.</param>
    /// <param name="Results">Four bits for each request in flight: its result, or 0 until it is carried out.</param>
    private readonly record struct Config(ulong State, ulong Results)
    {
        public Verdict ResultAt(int place) => (Verdict)((Results >> (4 * place)) & 0xF);

        public Config Clear(int place) => this with { Results = Results & ~(0xFUL << (4 * place)) };

        public Config With(ulong state, int place, Verdict result) =>
            new(state, Clear(place).Results | ((ulong)result << (4 * place)));
    }
}
