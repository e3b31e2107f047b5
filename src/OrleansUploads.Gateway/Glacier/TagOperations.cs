using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>ListTagsForVault, AddTagsToVault, RemoveTagsFromVault.</summary>
internal static class TagOperations
{
    public static async ValueTask<FrontAnswer> ListAsync(GlacierCall call)
    {
        var tags = await call.AskAsync(call.Vault.Entity, new ListTags(call.Vault));
        return GlacierJson.Answer(new TagListDocument(tags.Tags));
    }

    /// <summary>Adds tags or replaces their values, all of them or none.</summary>
    public static async ValueTask<FrontAnswer> AddAsync(GlacierCall call)
    {
        var stated = GlacierJson.Read<AddTagsRequest>(call.Document, "tags").Tags
            ?? throw GlacierError.Missing("Tags");
        RequireCount("Tags", stated.Count);
        var tags = stated.ToDictionary(tag => RequireKey(tag.Key), tag => RequireValue(tag.Key, tag.Value), StringComparer.Ordinal);
        await call.AskAsync(call.Vault.Entity, new AddTags(call.Vault, tags));
        return FrontAnswer.NoContent();
    }

    /// <summary>Removes tags. It is not an error if the vault does not have a tag.</summary>
    public static async ValueTask<FrontAnswer> RemoveAsync(GlacierCall call)
    {
        var stated = GlacierJson.Read<RemoveTagsRequest>(call.Document, "tags").TagKeys
            ?? throw GlacierError.Missing("TagKeys");
        RequireCount("TagKeys", stated.Count);
        await call.AskAsync(call.Vault.Entity, new RemoveTags(call.Vault, [.. stated.Select(RequireKey)]));
        return FrontAnswer.NoContent();
    }

    private static void RequireCount(string field, int count)
    {
        if (count is < 1 or > Limits.MaxTagsPerRequest)
        {
            throw GlacierError.Invalid(
                $"Invalid {field}: there are {count}, and a request has 1 to {Limits.MaxTagsPerRequest}.");
        }
    }

    private static string RequireKey(string? key) => TagText.IsKey(key) ? key! : throw GlacierError.Invalid(
        $"Invalid tag key: {key ?? "null"}. A key has 1 to {Limits.MaxTagKeyChars} letters, digits, spaces and '_', '.', "
        + $"'/', '=', '+', '-', '@', and does not begin with '{TagText.ReservedPrefix}'.");

    private static string RequireValue(string key, string? value) => TagText.IsValue(value) ? value! : throw GlacierError.Invalid(
        $"Invalid value of the tag '{key}': {value ?? "null"}. A value has at most {Limits.MaxTagValueChars} letters, "
        + "digits, spaces and '_', '.', '/', '=', '+', '-', '@'.");
}

internal sealed record TagListDocument(IReadOnlyDictionary<string, string> Tags);

internal sealed record AddTagsRequest
{
    /// <summary>The values by key; required.</summary>
    public Dictionary<string, string?>? Tags { get; init; }
}

internal sealed record RemoveTagsRequest
{
    /// <summary>Required.</summary>
    public List<string?>? TagKeys { get; init; }
}
