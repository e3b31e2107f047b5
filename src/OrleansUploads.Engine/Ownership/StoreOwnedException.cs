namespace OrleansUploads.Engine.Ownership;

/// <summary>A part store belongs to another owner, so a start is refused.</summary>
/// <param name="holder">What the claim of the owner says, such as <c>is used by the data folder /srv/uploads on host-1</c>.</param>
/// <param name="isContended">Whether another start claims the store at this moment, so that neither has it.</param>
public sealed class StoreOwnedException(string place, string holder, bool isContended = false) : Exception($"{place} {holder}")
{
    /// <summary>Begins the claim of a store whose bytes have moved. The new place follows.</summary>
    internal const string Moved = "has moved to ";

    public static StoreOwnedException MovedTo(string store, string place) => new(store, Moved + place);

    public bool HasMoved => holder.StartsWith(Moved, StringComparison.Ordinal);

    /// <summary>Whether another start claims the store at this moment. Starting again is safe and may succeed.</summary>
    public bool IsContended => isContended;
}

/// <summary>A part store that this process has used belongs to another owner now, or has moved. Nothing more is stored or
/// deleted.</summary>
/// <param name="message">The new owner, and what to do.</param>
/// <param name="movedTo">Where the bytes have moved, or null if the store has another owner.</param>
public sealed class StoreLostException(string message, string? movedTo = null) : PartStoreUnavailableException(message)
{
    /// <summary>Where the bytes have moved, or null if the store has another owner.</summary>
    public string? MovedTo => movedTo;
}
