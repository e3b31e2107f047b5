using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Keys;

/// <summary>A command to the routes of an ordered index. Routes are hints: a wrong one leads to a leaf further left, and from there
/// the links lead to the right one.</summary>
public abstract record KeyRoutesCommand : ICommand
{
    private protected KeyRoutesCommand()
    {
    }
}

/// <summary>Adds a route to a leaf.</summary>
/// <param name="From">The smallest position that the leaf owns.</param>
/// <param name="Leaf">The leaf.</param>
public sealed record AddRoute(KeyPosition From, LeafName Leaf) : KeyRoutesCommand, ICommand<Done>;

/// <summary>Removes the route to a leaf that has given its range away.</summary>
/// <param name="From">The smallest position that the leaf owned.</param>
/// <param name="Leaf">The leaf.</param>
public sealed record RemoveRoute(KeyPosition From, LeafName Leaf) : KeyRoutesCommand, ICommand<Done>;

/// <summary>Asks which leaf has a position, or is to the left of the one that has it.</summary>
public sealed record FindRoute(KeyPosition Position) : KeyRoutesCommand, ICommand<KeyRoute>;

/// <summary>A route to a leaf.</summary>
/// <param name="From">The smallest position that the leaf owns.</param>
/// <param name="Upper">Where the next route begins, or null if this is the last one.</param>
/// <param name="Leaf">The leaf.</param>
public sealed record KeyRoute(KeyPosition From, KeyPosition? Upper, LeafName Leaf);
