using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Notifications;

/// <summary>SetVaultNotifications, GetVaultNotifications, DeleteVaultNotifications.</summary>
internal sealed class NotificationOperations(IEntityHost host)
{
    private const string TopicPrefix = "arn:";

    /// <summary>Sets the topic that the vault notifies when its jobs finish, and replaces the previous configuration.</summary>
    public async ValueTask<FrontAnswer> SetNotificationsAsync(GlacierCall call)
    {
        var notifications = Read(call);
        await call.AskAsync(host, call.Vault.Entity, new SetNotifications(call.Vault, notifications));
        return EmptyAnswer.NoContent();
    }

    /// <summary>Returns the notification configuration.</summary>
    public async ValueTask<FrontAnswer> GetNotificationsAsync(GlacierCall call)
    {
        var notifications = await call.AskAsync(host, call.Vault.Entity, new FindNotifications(call.Vault));
        return new DocumentAnswer<NotificationDocument>(
            NotificationDocument.From(notifications), NotificationJson.Documents.NotificationDocument);
    }

    /// <summary>Deletes the notification configuration. It is not an error if the vault has none.</summary>
    public async ValueTask<FrontAnswer> DeleteNotificationsAsync(GlacierCall call)
    {
        await call.AskAsync(host, call.Vault.Entity, new ClearNotifications(call.Vault));
        return EmptyAnswer.NoContent();
    }

    private static VaultNotifications Read(GlacierCall call)
    {
        var body = JsonBody.Read(call.Document, NotificationJson.Documents.SetNotificationsRequest, "a notification configuration");
        var topic = body.SNSTopic ?? throw GlacierError.Missing("SNSTopic").AsException();
        var events = body.Events ?? throw GlacierError.Missing("Events").AsException();
        if (!IsTopic(topic))
        {
            throw GlacierError.Invalid(
                $"Invalid SNSTopic: {topic}. It must begin with '{TopicPrefix}' and have at most {Limits.MaxTopicChars} "
                + "visible ASCII characters.").AsException();
        }

        if (events.Count == 0)
        {
            throw GlacierError.Invalid($"Invalid Events: there are none. {KnownEvents}").AsException();
        }

        var jobs = NotifiedJobs.None;
        foreach (var name in events)
        {
            jobs |= name switch
            {
                NotificationDocument.ArchiveRetrievalCompleted => NotifiedJobs.ArchiveRetrievals,
                NotificationDocument.InventoryRetrievalCompleted => NotifiedJobs.InventoryRetrievals,
                _ => throw GlacierError.Invalid($"Invalid Events: {name ?? "null"}. {KnownEvents}").AsException(),
            };
        }

        return new VaultNotifications(topic, jobs);
    }

    private static string KnownEvents =>
        $"Valid events: '{NotificationDocument.ArchiveRetrievalCompleted}' and "
        + $"'{NotificationDocument.InventoryRetrievalCompleted}'.";

    private static bool IsTopic(string topic) => topic.Length is > 4 and <= Limits.MaxTopicChars
        && topic.StartsWith(TopicPrefix, StringComparison.Ordinal)
        && !topic.AsSpan().ContainsAnyExceptInRange('!', '~');
}
