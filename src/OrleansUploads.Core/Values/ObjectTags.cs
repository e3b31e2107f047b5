namespace OrleansUploads.Core.Values;

/// <summary>Rules for the tags of objects. Keys and values are case-sensitive.</summary>
/// <remarks>Source: S3 user guide, "Categorizing your objects using tags".</remarks>
public static class ObjectTags
{
    /// <summary>Maximum number of tags of an object.</summary>
    public const int MaxCount = 10;

    /// <summary>Maximum length of a key.</summary>
    public const int MaxKeyChars = 128;

    /// <summary>Maximum length of a value.</summary>
    public const int MaxValueChars = 256;

    /// <summary>Adds a tag to those of an object.</summary>
    /// <returns>False if the tag is not valid, or if the object has the key or the maximum number of tags already.</returns>
    public static bool TryAdd(Dictionary<string, string> tags, string key, string value) =>
        key.Length is > 0 and <= MaxKeyChars && value.Length <= MaxValueChars && tags.Count < MaxCount && tags.TryAdd(key, value);

    /// <summary>Whether two sets of tags are the same. Null means no tags.</summary>
    public static bool AreSame(IReadOnlyDictionary<string, string>? left, IReadOnlyDictionary<string, string>? right) =>
        (left?.Count ?? 0) == (right?.Count ?? 0)
        && (left is null || left.All(tag => right!.TryGetValue(tag.Key, out var value) && value == tag.Value));
}
