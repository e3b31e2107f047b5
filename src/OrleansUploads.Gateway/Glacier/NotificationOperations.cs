using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>SetVaultNotifications, GetVaultNotifications, DeleteVaultNotifications.</summary>
internal static class NotificationOperations
{
    /// <summary>Sets the topic that the vault notifies when its jobs finish, and replaces the previous configuration.</summary>
    public static async ValueTask<FrontAnswer> SetAsync(GlacierCall call)
    {
        var notifications = Read(call);
        await call.AskAsync(call.Vault.Entity, new SetNotifications(call.Vault, notifications));
        return FrontAnswer.NoContent();
    }

    public static async ValueTask<FrontAnswer> GetAsync(GlacierCall call)
    {
        var notifications = await call.AskAsync(call.Vault.Entity, new FindNotifications(call.Vault));
        return GlacierJson.Answer(NotificationDocument.From(notifications));
    }

    /// <summary>Deletes the notification configuration. It is not an error if the vault has none.</summary>
    public static async ValueTask<FrontAnswer> DeleteAsync(GlacierCall call)
    {
        await call.AskAsync(call.Vault.Entity, new ClearNotifications(call.Vault));
        return FrontAnswer.NoContent();
    }

    private static VaultNotifications Read(GlacierCall call)
    {
        var body = GlacierJson.Read<SetNotificationsRequest>(call.Document, "a notification configuration");
        var topic = body.SNSTopic ?? throw GlacierError.Missing("SNSTopic");
        var events = body.Events ?? throw GlacierError.Missing("Events");
        TopicArn.Require(topic);
        if (events.Count == 0)
        {
            throw GlacierError.Invalid($"Invalid Events: there are none. {KnownEvents}");
        }

        var jobs = NotifiedJobs.None;
        foreach (var name in events)
        {
            jobs |= name switch
            {
                NotificationDocument.ArchiveRetrievalCompleted => NotifiedJobs.ArchiveRetrievals,
                NotificationDocument.InventoryRetrievalCompleted => NotifiedJobs.InventoryRetrievals,
                _ => throw GlacierError.Invalid($"Invalid Events: {name ?? "null"}. {KnownEvents}"),
            };
        }

        return new VaultNotifications(topic, jobs);
    }

    private static string KnownEvents =>
        $"Valid events: '{NotificationDocument.ArchiveRetrievalCompleted}' and "
        + $"'{NotificationDocument.InventoryRetrievalCompleted}'.";
}

/// <summary>The topic of a notification: any ARN, because topics are only names here.</summary>
internal static class TopicArn
{
    private const string Prefix = "arn:";

    /// <summary>Returns the text if it can be a topic.</summary>
    /// <exception cref="GlacierError">It cannot.</exception>
    public static string Require(string topic) => topic.Length > Prefix.Length
        && topic.Length <= Limits.MaxTopicChars
        && topic.StartsWith(Prefix, StringComparison.Ordinal)
        && !topic.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? topic
            : throw GlacierError.Invalid(
                $"Invalid SNSTopic: {topic}. It must begin with '{Prefix}' and have at most {Limits.MaxTopicChars} visible ASCII "
                + "characters.");
}

internal sealed record NotificationDocument(IReadOnlyList<string> Events, string SNSTopic)
{
    public const string ArchiveRetrievalCompleted = "ArchiveRetrievalCompleted";

    public const string InventoryRetrievalCompleted = "InventoryRetrievalCompleted";

    public static NotificationDocument From(VaultNotifications notifications)
    {
        var events = new List<string>(2);
        if (notifications.Jobs.HasFlag(NotifiedJobs.ArchiveRetrievals))
        {
            events.Add(ArchiveRetrievalCompleted);
        }

        if (notifications.Jobs.HasFlag(NotifiedJobs.InventoryRetrievals))
        {
            events.Add(InventoryRetrievalCompleted);
        }

        return new NotificationDocument(events, notifications.Topic);
    }
}

internal sealed record SetNotificationsRequest
{
    /// <summary>An ARN; required.</summary>
    public string? SNSTopic { get; init; }

    /// <summary>Required.</summary>
    public List<string?>? Events { get; init; }
}
