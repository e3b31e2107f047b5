using System.Collections.Immutable;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Messages.Keys;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Keys;

/// <summary>Events of the routes of an ordered index. They are stored for years: never change an existing event, add a new
/// one.</summary>
public abstract record KeyRoutesEvent
{
    private protected KeyRoutesEvent()
    {
    }
}

/// <summary>A route was added. If there are too many routes, every other one is dropped.</summary>
public sealed record RouteAdded(KeyPosition From, LeafName Leaf) : KeyRoutesEvent;

/// <summary>A route was removed.</summary>
public sealed record RouteRemoved(KeyPosition From) : KeyRoutesEvent;

/// <summary>All routes; occurs only in snapshots.</summary>
public sealed record RoutesSnapshot(IReadOnlyList<LeafRoute> Routes) : KeyRoutesEvent;

/// <summary>A route to a leaf.</summary>
/// <param name="From">The smallest position that the leaf owns.</param>
/// <param name="Leaf">The leaf.</param>
public sealed record LeafRoute(KeyPosition From, LeafName Leaf);

/// <summary>The routes of an ordered index, in order.</summary>
/// <param name="Routes">The routes. The first leaf needs none.</param>
/// <param name="Bytes">The approximate length of the routes in the journal.</param>
public sealed record KeyRoutesState(ImmutableList<LeafRoute> Routes, long Bytes)
{
    /// <summary>No routes.</summary>
    public static KeyRoutesState Empty { get; } = new([], 0);

    /// <summary>The index of the last route at or before a position, or -1.</summary>
    public int IndexOf(KeyPosition position)
    {
        var index = Routes.BinarySearch(new LeafRoute(position, LeafName.First), ByPosition);
        return index < 0 ? ~index - 1 : index;
    }

    private static IComparer<LeafRoute> ByPosition { get; } =
        Comparer<LeafRoute>.Create(static (left, right) => left.From.CompareTo(right.From));
}

/// <summary>The rules of the routes. They are hints, so their number is bounded by dropping some.</summary>
/// <param name="maxBytes">The length of the routes at which every other one is dropped, as a journal counts it.</param>
public sealed class KeyRoutesDecider(long maxBytes = KeyRoutesDecider.DefaultMaxBytes)
    : Decider<KeyRoutesState, KeyRoutesCommand, KeyRoutesEvent>
{
    /// <summary>The length at which routes are dropped by default: 2 MiB, about 20,000 routes.</summary>
    public const long DefaultMaxBytes = 2 * 1024 * 1024;

    private const int BareRouteBytes = 80;
    private const int RoutesForOneEvent = 4;

    /// <inheritdoc/>
    public override KeyRoutesState Initial => KeyRoutesState.Empty;

    /// <inheritdoc/>
    public override Decision<KeyRoutesEvent> Decide(KeyRoutesState state, KeyRoutesCommand command, ServiceTime time) =>
        command switch
        {
            AddRoute c => state.IndexOf(c.From) is >= 0 and var index && state.Routes[index].Leaf == c.Leaf
                ? Nothing
                : Accept(new RouteAdded(c.From, c.Leaf)),
            RemoveRoute c => state.IndexOf(c.From) is >= 0 and var known && state.Routes[known] == new LeafRoute(c.From, c.Leaf)
                ? Accept(new RouteRemoved(c.From))
                : Nothing,
            FindRoute c => Reply(Find(state, c.Position)),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
        };

    /// <inheritdoc/>
    public override KeyRoutesState Evolve(KeyRoutesState state, KeyRoutesEvent happened) => happened switch
    {
        RouteAdded e => Bounded(With(state, new LeafRoute(e.From, e.Leaf))),
        RouteRemoved e => Without(state, state.IndexOf(e.From)),
        RoutesSnapshot e => new KeyRoutesState([.. e.Routes], e.Routes.Sum(route => (long)BytesOf(route))),
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name}."),
    };

    /// <inheritdoc/>
    public override Decision<KeyRoutesEvent> Wake(KeyRoutesState state, ServiceTime time) => Nothing;

    /// <inheritdoc/>
    public override DateTimeOffset? WakeAt(KeyRoutesState state, ServiceTime time) => null;

    /// <inheritdoc/>
    public override IEnumerable<Intent> Pending(KeyRoutesState state) => [];

    /// <inheritdoc/>
    public override IEnumerable<KeyRoutesEvent> Compact(KeyRoutesState state) =>
        state.Routes.IsEmpty ? [] : [new RoutesSnapshot(state.Routes)];

    /// <inheritdoc/>
    public override int CompactCount(KeyRoutesState state) => 1 + (state.Routes.Count / RoutesForOneEvent);

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

    private static KeyRoutesState Without(KeyRoutesState state, int index) =>
        new(state.Routes.RemoveAt(index), state.Bytes - BytesOf(state.Routes[index]));

    private KeyRoutesState Bounded(KeyRoutesState state)
    {
        if (state.Bytes <= maxBytes)
        {
            return state;
        }

        var kept = state.Routes.Where((_, index) => index % 2 == 0).ToImmutableList();
        return new KeyRoutesState(kept, kept.Sum(route => (long)BytesOf(route)));
    }

    private static int BytesOf(LeafRoute route) => BareRouteBytes + System.Text.Encoding.UTF8.GetByteCount(route.From.Key);
}
