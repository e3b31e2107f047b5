namespace OrleansUploads.Core.Archives;

/// <summary>When the archives that are meant were created.</summary>
/// <param name="From">Not before this instant; null for any.</param>
/// <param name="Before">Before this instant; null for any.</param>
public readonly record struct CreationWindow(DateTimeOffset? From, DateTimeOffset? Before)
{
    /// <summary>Whether an instant lies in it.</summary>
    public bool Contains(DateTimeOffset at) => !(at < From) && !(at >= Before);
}
