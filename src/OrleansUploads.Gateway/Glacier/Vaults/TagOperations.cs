using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>ListTagsForVault, AddTagsToVault, RemoveTagsFromVault.</summary>
internal sealed class TagOperations(IEntityHost host)
{
    /// <summary>Lists all tags of a vault.</summary>
    public async ValueTask<GlacierAnswer> ListAsync(GlacierCall call)
    {
        var listed = await host.AskAsync(call.Vault.Entity, new ListTags(call.Vault), call.Aborted);
        return listed.TryGet(out var tags, out var refusal)
            ? new DocumentAnswer<TagListDocument>(
                new TagListDocument(tags.Tags), VaultJson.Documents.TagListDocument)
            : call.Refuse(refusal);
    }

    /// <summary>Adds tags or replaces their values, all of them or none.</summary>
    public async ValueTask<GlacierAnswer> AddAsync(GlacierCall call)
    {
        if (!TryParse(call, VaultJson.Documents.AddTagsRequest, out var body, out var error))
        {
            return error;
        }

        if (body.Tags is null)
        {
            return GlacierError.Missing("Tags");
        }

        if ((CheckCount("Tags", body.Tags.Count) ?? Check(body.Tags)) is { } invalid)
        {
            return invalid;
        }

        var tags = body.Tags.ToDictionary(tag => tag.Key, tag => tag.Value!, StringComparer.Ordinal);
        var added = await host.AskAsync(call.Vault.Entity, new AddTags(call.Vault, tags), call.Aborted);
        return added.Refusal is { } refusal ? call.Refuse(refusal) : EmptyAnswer.NoContent();
    }

    /// <summary>Removes tags. It is not an error if the vault does not have a tag.</summary>
    public async ValueTask<GlacierAnswer> RemoveAsync(GlacierCall call)
    {
        if (!TryParse(call, VaultJson.Documents.RemoveTagsRequest, out var body, out var error))
        {
            return error;
        }

        if (body.TagKeys is null)
        {
            return GlacierError.Missing("TagKeys");
        }

        if (CheckCount("TagKeys", body.TagKeys.Count) is { } invalid)
        {
            return invalid;
        }

        var keys = new List<string>(body.TagKeys.Count);
        foreach (var key in body.TagKeys)
        {
            if (!TagText.IsKey(key))
            {
                return InvalidKey(key);
            }

            keys.Add(key!);
        }

        var removed = await host.AskAsync(call.Vault.Entity, new RemoveTags(call.Vault, keys), call.Aborted);
        return removed.Refusal is { } refusal ? call.Refuse(refusal) : EmptyAnswer.NoContent();
    }

    private static bool TryParse<T>(
        GlacierCall call,
        JsonTypeInfo<T> type,
        [NotNullWhen(true)] out T? body,
        [NotNullWhen(false)] out GlacierError? error)
        where T : class
    {
        body = null;
        try
        {
            body = call.Document.IsEmpty ? null : JsonSerializer.Deserialize(call.Document.Span, type);
            error = body is null ? GlacierError.Missing("Request body") : null;
        }
        catch (JsonException malformed)
        {
            error = GlacierError.NotReadable("tags", malformed);
        }

        return error is null && body is not null;
    }

    private static GlacierError? CheckCount(string field, int count) => count is >= 1 and <= Limits.MaxTagsPerRequest
        ? null
        : GlacierError.Invalid($"Invalid {field}: there are {count}, and a request has 1 to {Limits.MaxTagsPerRequest}.");

    private static GlacierError? Check(Dictionary<string, string?> tags)
    {
        foreach (var (key, value) in tags)
        {
            if (!TagText.IsKey(key))
            {
                return InvalidKey(key);
            }

            if (!TagText.IsValue(value))
            {
                return GlacierError.Invalid(
                    $"Invalid value of the tag '{key}': {value ?? "null"}. A value has at most {Limits.MaxTagValueChars} letters, "
                    + "digits, spaces and '_', '.', '/', '=', '+', '-', '@'.");
            }
        }

        return null;
    }

    private static GlacierError InvalidKey(string? key) => GlacierError.Invalid(
        $"Invalid tag key: {key ?? "null"}. A key has 1 to {Limits.MaxTagKeyChars} letters, digits, spaces and '_', '.', "
        + $"'/', '=', '+', '-', '@', and does not begin with '{TagText.ReservedPrefix}'.");
}
