using OrleansUploads.Simulation.Workload;

namespace OrleansUploads.Simulation.Judging;

/// <summary>All states that a thing may be in, given every reply so far and every request that may or may not have been
/// carried out, or may be later. No state left means that no order of events explains the replies.</summary>
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

    /// <summary>The states that are possible now.</summary>
    public IEnumerable<ulong> States => _configs.Select(config => config.State).Distinct();

    /// <summary>The states that were possible at any time.</summary>
    public IReadOnlySet<ulong> Ever => _ever;

    /// <summary>Whether there were too many possibilities to track; nothing is judged until the system settles.</summary>
    public bool IsLost { get; private set; }

    /// <summary>A request is on its way; from now on it may be carried out.</summary>
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

    /// <summary>A second copy of a request is on its way, or a lost one may have any number of effects.</summary>
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
    /// <param name="mayBeStale">Whether the answer may come from a host that has been overtaken, and so tell of a state that was.</param>
    /// <returns>Whether there is an explanation.</returns>
    public bool End(int place, Verdict verdict, bool mayBeStale)
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
            if (config.ResultAt(place) == verdict)
            {
                kept.Add(config.Clear(place));
            }
        }

        if (mayBeStale && IsToldOf(request, verdict))
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
        if (request is Request.PutPart)
        {
            // Reports are repeated by the host itself, so it may take effect more than once.
            Free(place);
            Loosen(request);
        }
        else
        {
            _abandoned[place] = true;
            _changes++;
        }
    }

    /// <summary>Nothing is on its way any more: what has not happened never will.</summary>
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

    /// <summary>Once all is settled, one look decides.</summary>
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

    /// <summary>Adds all that may have happened by now.</summary>
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
        if (before != Verdict.Unknown && request is not Request.PutPart)
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

    private bool IsToldOf(Request request, Verdict verdict)
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

    /// <param name="State">What the rules understand.</param>
    /// <param name="Results">Four bits for each request in flight: how it was answered, 0 while it was not carried out.</param>
    private readonly record struct Config(ulong State, ulong Results)
    {
        public Verdict ResultAt(int place) => (Verdict)((Results >> (4 * place)) & 0xF);

        public Config Clear(int place) => this with { Results = Results & ~(0xFUL << (4 * place)) };

        public Config With(ulong state, int place, Verdict result) =>
            new(state, Clear(place).Results | ((ulong)result << (4 * place)));
    }
}
