namespace OrleansUploads.Core.Tests.Keys;

/// <summary>The leaves and routes of one index without a host. Messages between them are delivered when a test says so, in any order,
/// and more than once.</summary>
internal sealed class IndexBench(
    Decider<KeyLeafState, KeyLeafCommand, KeyLeafEvent> leaves, KeyIndexId index, Random random)
{
    private readonly Dictionary<EntityId, KeyLeafState> _leaves = [];
    private readonly KeyRoutesDecider _routesDecider = new();
    private KeyRoutesState _routes = KeyRoutesState.Empty;

    public DateTimeOffset Now { get; private set; } = Some.Noon;

    /// <summary>The uploads that were told that their object is gone.</summary>
    public HashSet<UploadId> Released { get; } = [];

    public int Leaves => _leaves.Values.Count(leaf => leaf.Phase == LeafPhase.Live);

    /// <summary>The number of leaves that have given their range away.</summary>
    public int GivenLeaves => _leaves.Values.Count(leaf => leaf.Phase is LeafPhase.Given or LeafPhase.Gone);

    public int LinksFollowed { get; private set; }

    public IEnumerable<KeyLeafState> States => _leaves.Values;

    /// <summary>Sends a command from the leaf that the routes name, or from one further left, and follows the links.</summary>
    public object Send(KeyPosition position, KeyLeafCommand command) => Send(StartFor(position), command);

    private object Send(LeafId leaf, KeyLeafCommand command)
    {
        for (var links = 0; links < 1000; links++)
        {
            var decision = Decide(leaf, command);
            switch (decision.Answer)
            {
                case ObjectRefusal.LeafNotReady:
                    DrainMoves();
                    leaf = leaf with { Name = LeafName.First };
                    break;
                case ObjectRefusal.PositionMoved moved:
                    // The refusal is sent when the intents that it waits for are confirmed.
                    DrainMoves(leaf);
                    leaf = leaf with { Name = moved.Leaf };
                    LinksFollowed++;
                    break;
                default:
                    return decision.Answer;
            }
        }

        throw new InvalidOperationException("The links lead in a circle.");
    }

    /// <summary>Reads the whole index from left to right.</summary>
    public List<KeyEntry> ReadAll(int limit)
    {
        var entries = new List<KeyEntry>();
        var from = KeyPosition.Start;
        while (true)
        {
            var page = (LeafPage)Send(from, new ReadLeaf(from, limit));
            entries.AddRange(page.Entries.Where(entry =>
                entries.Count == 0 || entry.PositionIn(index.Tree) > entries[^1].PositionIn(index.Tree)));
            if (page.HasMore)
            {
                from = page.Entries[^1].PositionIn(index.Tree);
                limit = Math.Max(limit, 2);
            }
            else if (page.Upper is { } upper)
            {
                DrainMoves();
                from = upper;
            }
            else
            {
                return entries;
            }
        }
    }

    /// <summary>Delivers one pending message, perhaps twice, and perhaps loses its confirmation.</summary>
    public bool DeliverOne()
    {
        var pending = _leaves.SelectMany(leaf => leaves.Pending(leaf.Value).Select(intent => (leaf.Value.Leaf, Intent: intent)))
            .ToList();
        if (pending.Count == 0)
        {
            return false;
        }

        var (sender, chosen) = pending[random.Next(pending.Count)];
        Deliver(sender, chosen, confirms: random.Next(4) > 0);
        return true;
    }

    public void DeliverAll()
    {
        while (DeliverOne())
        {
        }
    }

    /// <summary>Replaces a leaf by what its snapshot says.</summary>
    public void Reload()
    {
        foreach (var (entity, state) in _leaves.ToList())
        {
            _leaves[entity] = leaves.Compact(state).Aggregate(leaves.Initial, leaves.Evolve);
        }
    }

    public void Pass(TimeSpan time) => Now += time;

    /// <summary>Hints may be old: the first leaf, a leaf that was further left at some time, or what the routes say.</summary>
    private LeafId StartFor(KeyPosition position) => new(index, random.Next(6) switch
    {
        0 or 1 => LeafName.First,
        2 when _leaves.Values.Where(leaf => leaf.Phase > LeafPhase.Adopting && leaf.From <= position).ToList() is { Count: > 0 } older =>
            older[random.Next(older.Count)].Leaf.Name,
        _ => RouteTo(position),
    });

    private LeafName RouteTo(KeyPosition position) =>
        ((KeyRoute)_routesDecider.Decide(_routes, new FindRoute(position), ServiceTime.Continuous(Now)).Answer).Leaf;

    private Decision<KeyLeafEvent> Decide(LeafId leaf, KeyLeafCommand command)
    {
        var state = _leaves.GetValueOrDefault(leaf.Entity, leaves.Initial);
        var decision = leaves.Decide(state, command with { Leaf = leaf }, ServiceTime.Continuous(Now));
        if (!decision.Events.IsEmpty)
        {
            _leaves[leaf.Entity] = decision.Events.Aggregate(state, leaves.Evolve);
        }

        return decision;
    }

    private void DrainMoves(LeafId? only = null)
    {
        while (_leaves.Values
            .Where(leaf => only is null || leaf.Leaf == only)
            .SelectMany(leaf => leaves.Pending(leaf).Select(intent => (leaf.Leaf, Intent: intent)))
            .FirstOrDefault(pending => pending.Intent.Key.StartsWith("adopt", StringComparison.Ordinal) || pending.Intent.Key == "give") is { Intent: { } move } found)
        {
            Deliver(found.Leaf, move, confirms: true);
        }
    }

    private void Deliver(LeafId sender, Intent intent, bool confirms)
    {
        IAnswer answer = Done.Instance;
        for (var times = random.Next(5) == 0 ? 2 : 1; times > 0; times--)
        {
            if (intent.Action is TellKey give)
            {
                answer = Assert.IsType<KeyRoute>(Send(new LeafId(index, give.Start!.Value), give.Command));
                continue;
            }

            var tell = (TellEntity)intent.Action;
            switch (tell.Command)
            {
                case AdoptKeys adopt:
                    Assert.Same(Done.Instance, Decide(adopt.Leaf!.Value, adopt).Answer);
                    break;
                case KeyRoutesCommand change:
                    var decision = _routesDecider.Decide(_routes, change, ServiceTime.Continuous(Now));
                    _routes = decision.Events.Aggregate(_routes, _routesDecider.Evolve);
                    break;
                case ReleaseObject:
                    Assert.True(UploadId.TryParse(tell.Receiver.Key, out var upload));
                    Released.Add(upload);
                    break;
                default:
                    Assert.Fail($"Unexpected message {tell.Command}.");
                    break;
            }
        }

        if (confirms)
        {
            Decide(sender, (KeyLeafCommand)intent.ConfirmationOf(answer));
        }
    }
}
