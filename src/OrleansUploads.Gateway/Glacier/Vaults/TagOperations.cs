using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>ListTagsForVault, AddTagsToVault, RemoveTagsFromVault.</summary>
internal sealed class TagOperations(IEntityHost host)
{
    /// <summary>Lists all tags of a vault.</summary>
    public async ValueTask<FrontAnswer> ListAsync(GlacierCall call)
    {
        var tags = await call.AskAsync(host, call.Vault.Entity, new ListTags(call.Vault));
        return new DocumentAnswer<TagListDocument>(new TagListDocument(tags.Tags), VaultJson.Documents.TagListDocument);
    }

    /// <summary>Adds tags or replaces their values, all of them or none.</summary>
    public async ValueTask<FrontAnswer> AddAsync(GlacierCall call)
    {
        var stated = JsonBody.Read(call.Document, VaultJson.Documents.AddTagsRequest, "tags").Tags
            ?? throw GlacierError.Missing("Tags").AsException();
        RequireCount("Tags", stated.Count);
        var tags = stated.ToDictionary(tag => RequireKey(tag.Key), tag => RequireValue(tag.Key, tag.Value), StringComparer.Ordinal);
        await call.AskAsync(host, call.Vault.Entity, new AddTags(call.Vault, tags));
        return EmptyAnswer.NoContent();
    }

    /// <summary>Removes tags. It is not an error if the vault does not have a tag.</summary>
    public async ValueTask<FrontAnswer> RemoveAsync(GlacierCall call)
    {
        var stated = JsonBody.Read(call.Document, VaultJson.Documents.RemoveTagsRequest, "tags").TagKeys
            ?? throw GlacierError.Missing("TagKeys").AsException();
        RequireCount("TagKeys", stated.Count);
        await call.AskAsync(host, call.Vault.Entity, new RemoveTags(call.Vault, [.. stated.Select(RequireKey)]));
        return EmptyAnswer.NoContent();
    }

    private static void RequireCount(string field, int count)
    {
        if (count is < 1 or > Limits.MaxTagsPerRequest)
        {
            throw GlacierError.Invalid(
                $"Invalid {field}: there are {count}, and a request has 1 to {Limits.MaxTagsPerRequest}.").AsException();
        }
    }

    private static string RequireKey(string? key) => TagText.IsKey(key) ? key! : throw GlacierError.Invalid(
        $"Invalid tag key: {key ?? "null"}. A key has 1 to {Limits.MaxTagKeyChars} letters, digits, spaces and '_', '.', "
        + $"'/', '=', '+', '-', '@', and does not begin with '{TagText.ReservedPrefix}'.").AsException();

    private static string RequireValue(string key, string? value) => TagText.IsValue(value) ? value! : throw GlacierError.Invalid(
        $"Invalid value of the tag '{key}': {value ?? "null"}. A value has at most {Limits.MaxTagValueChars} letters, "
        + "digits, spaces and '_', '.', '/', '=', '+', '-', '@'.").AsException();
}
