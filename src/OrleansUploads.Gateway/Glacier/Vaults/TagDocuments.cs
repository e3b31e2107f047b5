namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>The response of ListTagsForVault.</summary>
internal sealed record TagListDocument(IReadOnlyDictionary<string, string> Tags);

/// <summary>The body of AddTagsToVault.</summary>
internal sealed record AddTagsRequest
{
    /// <summary>The values by key; required.</summary>
    public Dictionary<string, string?>? Tags { get; init; }
}

/// <summary>The body of RemoveTagsFromVault.</summary>
internal sealed record RemoveTagsRequest
{
    /// <summary>The keys; required.</summary>
    public List<string?>? TagKeys { get; init; }
}
