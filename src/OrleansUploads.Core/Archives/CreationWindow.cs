namespace OrleansUploads.Core.Archives;

/// <summary>A window of creation times.</summary>
/// <param name="From">Start, inclusive, or null for no lower bound.</param>
/// <param name="Before">End, exclusive, or null for no upper bound.</param>
public readonly record struct CreationWindow(DateTimeOffset? From, DateTimeOffset? Before)
{
    /// <summary>Whether an instant lies in the window.</summary>
    public bool Contains(DateTimeOffset at) => !(at < From) && !(at >= Before);
}
