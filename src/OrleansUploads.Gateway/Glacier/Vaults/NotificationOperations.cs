using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Answers;
using OrleansUploads.Gateway.Glacier.Documents;
using OrleansUploads.Gateway.Glacier.Errors;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>SetVaultNotifications, GetVaultNotifications, DeleteVaultNotifications.</summary>
internal sealed class NotificationOperations(IEntityHost host)
{
    private const int MaxTopicChars = 256;
    private const string TopicPrefix = "arn:";

    /// <summary>Sets whom the vault tells of the end of its jobs, instead of what was set before.</summary>
    public async ValueTask<GlacierAnswer> SetAsync(GlacierCall call)
    {
        if (!TryRead(call, out var notifications, out var error))
        {
            return error;
        }

        var set = await host.AskAsync(
            call.Vault.Entity, new SetNotifications(call.Vault, notifications), call.Aborted);
        return set.Refusal is { } refusal ? call.Refuse(refusal) : EmptyAnswer.NoContent();
    }

    /// <summary>Shows what is set.</summary>
    public async ValueTask<GlacierAnswer> GetAsync(GlacierCall call)
    {
        var found = await host.AskAsync(call.Vault.Entity, new FindNotifications(call.Vault), call.Aborted);
        return found.TryGet(out var notifications, out var refusal)
            ? new DocumentAnswer<NotificationDocument>(
                NotificationDocument.From(notifications), GlacierJson.Documents.NotificationDocument)
            : call.Refuse(refusal);
    }

    /// <summary>Clears what is set; it is no error where nothing is.</summary>
    public async ValueTask<GlacierAnswer> DeleteAsync(GlacierCall call)
    {
        var cleared = await host.AskAsync(call.Vault.Entity, new ClearNotifications(call.Vault), call.Aborted);
        return cleared.Refusal is { } refusal ? call.Refuse(refusal) : EmptyAnswer.NoContent();
    }

    private static bool TryRead(
        GlacierCall call,
        [NotNullWhen(true)] out VaultNotifications? notifications,
        [NotNullWhen(false)] out GlacierError? error)
    {
        notifications = null;
        try
        {
            var body = call.Document.IsEmpty
                ? null
                : JsonSerializer.Deserialize(call.Document.Span, GlacierJson.Documents.NotificationsToSet);
            error = RefusalOf(body, out notifications);
        }
        catch (JsonException malformed)
        {
            error = GlacierError.NotReadable("a notification configuration", malformed);
        }

        return error is null && notifications is not null;
    }

    private static GlacierError? RefusalOf(NotificationsToSet? body, out VaultNotifications? notifications)
    {
        notifications = null;
        switch (body)
        {
            case null:
                return GlacierError.Missing("Request body");
            case { SNSTopic: null }:
                return GlacierError.Missing("SNSTopic");
            case { Events: null }:
                return GlacierError.Missing("Events");
            case { SNSTopic: var topic } when !IsTopic(topic):
                return GlacierError.Invalid(
                    $"Invalid SNSTopic: {topic}. It must begin with '{TopicPrefix}' and have at most {MaxTopicChars} "
                    + "visible characters of ASCII.");
            case { Events.Count: 0 }:
                return GlacierError.Invalid($"Invalid Events: there are none. {KnownEvents}");
        }

        var jobs = NotifiedJobs.None;
        foreach (var name in body.Events)
        {
            switch (name)
            {
                case NotificationDocument.ArchiveRetrievalCompleted:
                    jobs |= NotifiedJobs.ArchiveRetrievals;
                    break;
                case NotificationDocument.InventoryRetrievalCompleted:
                    jobs |= NotifiedJobs.InventoryRetrievals;
                    break;
                default:
                    return GlacierError.Invalid($"Invalid Events: {name ?? "null"}. {KnownEvents}");
            }
        }

        notifications = new VaultNotifications(body.SNSTopic, jobs);
        return null;
    }

    private static string KnownEvents =>
        $"There are '{NotificationDocument.ArchiveRetrievalCompleted}' and "
        + $"'{NotificationDocument.InventoryRetrievalCompleted}'.";

    private static bool IsTopic(string topic) => topic.Length is > 4 and <= MaxTopicChars
        && topic.StartsWith(TopicPrefix, StringComparison.Ordinal)
        && !topic.AsSpan().ContainsAnyExceptInRange('!', '~');
}
