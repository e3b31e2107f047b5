namespace OrleansUploads.Core.Values;

/// <summary>The resolution of stored times.</summary>
public static class StoredTime
{
    /// <summary>The last whole millisecond of a time, which is what a journal keeps of it.</summary>
    public static DateTimeOffset InWholeMilliseconds(this DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
