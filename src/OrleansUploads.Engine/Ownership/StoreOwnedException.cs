namespace OrleansUploads.Engine.Ownership;

/// <summary>A part store belongs to another owner, so a start is refused.</summary>
/// <param name="place">Where the store is.</param>
/// <param name="holder">What the claim of the owner says, such as <c>is used by the data folder /srv/uploads on host-1</c>.</param>
/// <param name="isContended">Whether another start claims the store at this moment, so that neither has it.</param>
public sealed class StoreOwnedException(string place, string holder, bool isContended = false) : Exception($"{place} {holder}")
{
    /// <summary>What the claim of a store says that is no longer used, before the place where its bytes are now.</summary>
    internal const string Moved = "has moved to ";

    /// <summary>Whether nobody uses the store any more, because its bytes have moved.</summary>
    public bool HasMoved => holder.StartsWith(Moved, StringComparison.Ordinal);

    /// <summary>Whether another start claims the store at this moment. Starting again is safe and may succeed.</summary>
    public bool IsContended => isContended;
}

/// <summary>A part store that this process has used belongs to another owner now, or has moved. Nothing is stored or deleted any more.</summary>
/// <param name="message">Who has it, and what to do.</param>
public sealed class StoreLostException(string message) : PartStoreUnavailableException(message);
