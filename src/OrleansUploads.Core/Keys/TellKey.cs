using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Keys;

/// <summary>Sends a command to the leaf of an ordered index that has a position.</summary>
/// <param name="Index">The index.</param>
/// <param name="Position">The position.</param>
/// <param name="Command">The command.</param>
/// <param name="HasWaiter">Whether a caller waits for it.</param>
public sealed record TellKey(KeyIndexId Index, KeyPosition Position, KeyLeafCommand Command, bool HasWaiter = true) : IntentAction
{
    /// <summary>A leaf at which the position, or a link to it, is certainly found, or null if the routes know better.</summary>
    public LeafName? Start { get; init; }

    /// <inheritdoc/>
    public override bool IsAwaited => HasWaiter;
}
