using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Keys;

namespace OrleansUploads.Core.Uploads;

/// <summary>The intents of the upload of an object: list the upload, publish the object, store the manifest, and delete bytes.</summary>
internal static class ObjectUploadIntents
{
    /// <summary>The intents that the state requires and that are not confirmed.</summary>
    public static IEnumerable<Intent> Pending(UploadState.OfObject state) => state switch
    {
        UploadState.ObjectOpen { Listed: false } open when ObjectUploadEvolution.IsListed(open.Spec) => [List(open.Spec)],
        UploadState.ObjectCompleting completing => [Publish(completing)],
        UploadState.ObjectStored stored => AfterPublication(stored),
        UploadState.ObjectEnded { Closed: false } ended => [ended.Listed ? Unlist(ended.Spec) : List(ended.Spec)],
        _ => [],
    };

    private static Intent List(ObjectUploadSpec spec) => UploadIntents.List(UploadsOf(spec), EntryOf(spec));

    private static Intent Unlist(ObjectUploadSpec spec) =>
        UploadIntents.Unlist(UploadsOf(spec), EntryOf(spec).PositionIn(KeyTree.Uploads));

    /// <summary>Has the key's leaf publish the object. Without a condition the answer need not wait for the confirmation: the leaf
    /// gives a repeated message the same verdict until the upload has recorded it.</summary>
    private static Intent Publish(UploadState.ObjectCompleting completing)
    {
        var (spec, completion) = (completing.Spec, completing.Completion);
        var entry = new KeyEntry(
            spec.Name.Key,
            spec.Upload,
            completion.At,
            spec.StorageClass,
            completion.SizeBytes,
            completion.ETag,
            Checksum: completion.Checksum is { } checksum ? new ChosenChecksum(checksum.Value.Algorithm, checksum.Type) : null);
        return new Intent(
            string.Create(CultureInfo.InvariantCulture, $"publish/{completion.Round}"),
            new TellKey(
                ObjectsOf(spec),
                entry.PositionIn(KeyTree.Objects),
                new PublishObject(entry, completion.Round, completion.Condition, completion.Ticket)),
            verdict => new ConfirmPublication(completion.Round, (PublicationVerdict)verdict))
        {
            AnswersUnconfirmed = completion.Condition is null && spec.Origin == UploadOrigin.SingleRequest,
            Settles = (answer, verdict) => answer is PublishedObject published ? Settle(published, verdict, spec.Name) : answer,
        };
    }

    /// <summary>What follows from a publication.</summary>
    private static IEnumerable<Intent> AfterPublication(UploadState.ObjectStored stored)
    {
        if (!stored.Settled)
        {
            yield return new Intent(
                "settle",
                new TellKey(
                    ObjectsOf(stored.Spec),
                    new KeyPosition(stored.Spec.Name.Key.ToString()),
                    new SettlePublication(stored.Spec.Name.Key, stored.Spec.Upload))
                { IsAwaited = false },
                new ConfirmPublicationSettled());
        }

        if (!stored.Unlisted)
        {
            yield return Unlist(stored.Spec);
        }

        // More parts than one are too many to stay in the upload's state.
        if (stored is { Parts: { Length: > 1 } parts, ReleasedAt: null })
        {
            var manifest = ObjectManifest.Of(
                stored.Spec.Upload, stored.Completion.SizeBytes, [.. parts.Select(accepted => accepted.Part)]);
            yield return new Intent("manifest", new StoreManifest(manifest), new ConfirmManifestStored());
        }

        if (stored is { BytesReleased: true, BytesReclaimed: false })
        {
            yield return UploadIntents.ReclaimBytes(stored.Spec.Upload);
        }
    }

    private static IAnswer Settle(PublishedObject answer, IAnswer verdict, ObjectName name) => verdict switch
    {
        PublicationVerdict.Overtaken => new ObjectRefusal.KeyChanged(),
        PublicationVerdict.ConditionFailed failed => new ObjectRefusal.PreconditionFailed(failed.Exists),
        PublicationVerdict.BucketDeleted => new ObjectRefusal.BucketNotFound(name.Bucket.Name),
        _ => answer,
    };

    private static KeyIndexId ObjectsOf(ObjectUploadSpec spec) => new(spec.Name.Bucket, KeyTree.Objects);

    private static KeyIndexId UploadsOf(ObjectUploadSpec spec) => new(spec.Name.Bucket, KeyTree.Uploads);

    private static KeyEntry EntryOf(ObjectUploadSpec spec) =>
        new(spec.Name.Key, spec.Upload, spec.CreatedAt, spec.StorageClass, Checksum: spec.Checksum);
}
