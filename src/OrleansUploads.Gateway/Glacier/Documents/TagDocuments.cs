namespace OrleansUploads.Gateway.Glacier.Documents;

/// <summary>The answer of ListTagsForVault.</summary>
internal sealed record TagListDocument(IReadOnlyDictionary<string, string> Tags);

/// <summary>The body of AddTagsToVault.</summary>
internal sealed record TagsToAdd
{
    /// <summary>Values by keys; required.</summary>
    public Dictionary<string, string?>? Tags { get; init; }
}

/// <summary>The body of RemoveTagsFromVault.</summary>
internal sealed record TagsToRemove
{
    /// <summary>The keys; required.</summary>
    public List<string?>? TagKeys { get; init; }
}
