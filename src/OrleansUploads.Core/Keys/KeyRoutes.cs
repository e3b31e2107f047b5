namespace OrleansUploads.Core.Keys;

/// <summary>Events of the routes of an ordered index. They are stored for years: never change an existing event, add a new
/// one.</summary>
public abstract record KeyRoutesEvent
{
    private protected KeyRoutesEvent()
    {
    }
}

/// <summary>A route was added. If the routes are longer than <see cref="KeyRoutesDecider.MaxBytes"/> then, every other one is
/// dropped.</summary>
[Named("route-added.1")]
public sealed record RouteAdded(KeyPosition From, LeafName Leaf) : KeyRoutesEvent;

[Named("route-removed.1")]
public sealed record RouteRemoved(KeyPosition From) : KeyRoutesEvent;

/// <summary>There were too many routes, and only these were kept.</summary>
[Named("routes-kept.1")]
public sealed record RoutesKept(IReadOnlyList<LeafRoute> Routes) : KeyRoutesEvent;

/// <summary>The route to a leaf, with the smallest position that the leaf owns.</summary>
public sealed record LeafRoute(KeyPosition From, LeafName Leaf);

/// <summary>The routes of an ordered index, in order.</summary>
/// <param name="Routes">The routes. The first leaf needs none.</param>
/// <param name="Bytes">The approximate length of the routes in the journal.</param>
[Named("key-routes-state.1")]
public sealed record KeyRoutesState(ImmutableList<LeafRoute> Routes, long Bytes) : IStoredAs<KeyRoutesState, StoredKeyRoutes>
{
    public static KeyRoutesState Empty { get; } = new([], 0);

    public StoredKeyRoutes ToStored() => new(Routes);

    public static KeyRoutesState FromStored(StoredKeyRoutes stored) => Of([.. stored.Routes]);

    /// <summary>Routes with their length.</summary>
    internal static KeyRoutesState Of(ImmutableList<LeafRoute> routes) =>
        new(routes, routes.Sum(route => (long)KeyRoutesDecider.BytesOf(route)));

    /// <summary>The index of the last route at or before a position, or -1.</summary>
    public int IndexOf(KeyPosition position)
    {
        var index = Routes.BinarySearch(new LeafRoute(position, LeafName.First), ByPosition);
        return index < 0 ? ~index - 1 : index;
    }

    private static IComparer<LeafRoute> ByPosition { get; } =
        Comparer<LeafRoute>.Create(static (left, right) => left.From.CompareTo(right.From));
}

/// <summary>The routes as they are stored.</summary>
public sealed record StoredKeyRoutes(IReadOnlyList<LeafRoute> Routes);

/// <summary>The rules of the routes. They are hints, so their number is bounded by dropping some.</summary>
public sealed class KeyRoutesDecider(long maxBytes = KeyRoutesDecider.MaxBytes)
    : Decider<KeyRoutesState, KeyRoutesCommand, KeyRoutesEvent>
{
    /// <summary>The length at which an addition drops every other route: 2 MiB, about 20,000 routes. Stored histories depend on it: never
    /// change it.</summary>
    public const long MaxBytes = 2 * 1024 * 1024;

    private const int BareRouteBytes = 80;
    private const int RoutesForOneEvent = 4;

    public override KeyRoutesState Initial => KeyRoutesState.Empty;

    public override Decision<KeyRoutesEvent> Decide(KeyRoutesState state, KeyRoutesCommand command, ServiceTime time) =>
        command switch
        {
            AddRoute c => state.IndexOf(c.From) is >= 0 and var index && state.Routes[index].Leaf == c.Leaf
                ? Nothing
                : Add(state, new RouteAdded(c.From, c.Leaf)),
            RemoveRoute c => state.IndexOf(c.From) is >= 0 and var known && state.Routes[known] == new LeafRoute(c.From, c.Leaf)
                ? Accept(new RouteRemoved(c.From))
                : Nothing,
            FindRoute c => Reply(Find(state, c.Position)),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
        };

    public override KeyRoutesState Evolve(KeyRoutesState state, KeyRoutesEvent happened) => happened switch
    {
        RouteAdded e => Bounded(With(state, new LeafRoute(e.From, e.Leaf))),
        RouteRemoved e => Without(state, e.From),
        RoutesKept e => KeyRoutesState.Of([.. e.Routes]),
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name}."),
    };

    public override int SnapshotCost(KeyRoutesState state) => state.Routes.Count / RoutesForOneEvent;

    private static KeyRoute Find(KeyRoutesState state, KeyPosition position)
    {
        var index = state.IndexOf(position);
        KeyPosition? upper = index + 1 < state.Routes.Count ? state.Routes[index + 1].From : null;
        return index < 0
            ? new KeyRoute(KeyPosition.Start, upper, LeafName.First)
            : new KeyRoute(state.Routes[index].From, upper, state.Routes[index].Leaf);
    }

    private static KeyRoutesState With(KeyRoutesState state, LeafRoute route)
    {
        var index = state.IndexOf(route.From);
        var isKnown = index >= 0 && state.Routes[index].From == route.From;
        return isKnown
            ? state with { Routes = state.Routes.SetItem(index, route) }
            : new KeyRoutesState(state.Routes.Insert(index + 1, route), state.Bytes + BytesOf(route));
    }

    private static KeyRoutesState Without(KeyRoutesState state, KeyPosition from) =>
        state.IndexOf(from) is >= 0 and var index && state.Routes[index] is var route && route.From == from
            ? new(state.Routes.RemoveAt(index), state.Bytes - BytesOf(route))
            : state;

    /// <summary>What is dropped at a lower limit gets its own event, so that a history means the same with every limit.</summary>
    private Decision<KeyRoutesEvent> Add(KeyRoutesState state, RouteAdded added)
    {
        var after = Evolve(state, added);
        return after.Bytes <= maxBytes ? Accept(added) : Accept(Done.Instance, added, new RoutesKept(EveryOther(after)));
    }

    private static KeyRoutesState Bounded(KeyRoutesState state) => state.Bytes <= MaxBytes ? state : KeyRoutesState.Of(EveryOther(state));

    private static ImmutableList<LeafRoute> EveryOther(KeyRoutesState state) =>
        state.Routes.Where((_, index) => index % 2 == 0).ToImmutableList();

    /// <summary>The approximate length of a route in the journal.</summary>
    internal static int BytesOf(LeafRoute route) => BareRouteBytes + System.Text.Encoding.UTF8.GetByteCount(route.From.Key);
}

/// <summary>A command to the routes of an ordered index. Routes are hints: a wrong one leads to a leaf further left, and from there
/// the links lead to the right one.</summary>
public abstract record KeyRoutesCommand : ICommand
{
    private protected KeyRoutesCommand()
    {
    }
}

[Named("add-route.1")]
public sealed record AddRoute(KeyPosition From, LeafName Leaf) : KeyRoutesCommand, ICommand<Done>;

/// <summary>Removes the route to a leaf that has given its range away.</summary>
[Named("remove-route.1")]
public sealed record RemoveRoute(KeyPosition From, LeafName Leaf) : KeyRoutesCommand, ICommand<Done>;

/// <summary>Asks which leaf has a position, or is to the left of the one that has it.</summary>
[Named("find-route.1")]
public sealed record FindRoute(KeyPosition Position) : KeyRoutesCommand, ICommand<KeyRoute>;

/// <summary>A route to a leaf.</summary>
/// <param name="From">The smallest position that the leaf owns.</param>
/// <param name="Upper">Where the next route begins, or null if this is the last one.</param>
[Named("key-route.1")]
public sealed record KeyRoute(KeyPosition From, KeyPosition? Upper, LeafName Leaf) : IAnswer;
