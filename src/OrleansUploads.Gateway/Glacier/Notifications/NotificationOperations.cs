using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Notifications;

/// <summary>SetVaultNotifications, GetVaultNotifications, DeleteVaultNotifications.</summary>
internal sealed class NotificationOperations(IEntityHost host)
{
    private const string TopicPrefix = "arn:";

    /// <summary>Sets the topic that the vault notifies when its jobs finish, and replaces the previous configuration.</summary>
    public async ValueTask<GlacierAnswer> SetNotificationsAsync(GlacierCall call)
    {
        if (!TryRead(call, out var notifications, out var error))
        {
            return error;
        }

        var set = await host.AskAsync(
            call.Vault.Entity, new SetNotifications(call.Vault, notifications), call.Aborted);
        return set.Refusal is { } refusal ? call.Refuse(refusal) : EmptyAnswer.NoContent();
    }

    /// <summary>Returns the notification configuration.</summary>
    public async ValueTask<GlacierAnswer> GetNotificationsAsync(GlacierCall call)
    {
        var found = await host.AskAsync(call.Vault.Entity, new FindNotifications(call.Vault), call.Aborted);
        return found.TryGet(out var notifications, out var refusal)
            ? new DocumentAnswer<NotificationDocument>(
                NotificationDocument.From(notifications), NotificationJson.Documents.NotificationDocument)
            : call.Refuse(refusal);
    }

    /// <summary>Deletes the notification configuration. It is not an error if the vault has none.</summary>
    public async ValueTask<GlacierAnswer> DeleteNotificationsAsync(GlacierCall call)
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
                : JsonSerializer.Deserialize(call.Document.Span, NotificationJson.Documents.SetNotificationsRequest);
            error = Check(body, out notifications);
        }
        catch (JsonException malformed)
        {
            error = GlacierError.NotReadable("a notification configuration", malformed);
        }

        return error is null && notifications is not null;
    }

    private static GlacierError? Check(SetNotificationsRequest? body, out VaultNotifications? notifications)
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
                    $"Invalid SNSTopic: {topic}. It must begin with '{TopicPrefix}' and have at most {Limits.MaxTopicChars} "
                    + "visible ASCII characters.");
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
        $"Valid events: '{NotificationDocument.ArchiveRetrievalCompleted}' and "
        + $"'{NotificationDocument.InventoryRetrievalCompleted}'.";

    private static bool IsTopic(string topic) => topic.Length is > 4 and <= Limits.MaxTopicChars
        && topic.StartsWith(TopicPrefix, StringComparison.Ordinal)
        && !topic.AsSpan().ContainsAnyExceptInRange('!', '~');
}
