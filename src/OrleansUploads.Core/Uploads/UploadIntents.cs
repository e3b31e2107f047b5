using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Keys;

namespace OrleansUploads.Core.Uploads;

/// <summary>The intents of an upload: list it, add the archive to the index or publish the object, store the manifest, stop listing the
/// upload, and delete bytes.</summary>
internal static class UploadIntents
{
    /// <summary>The intents that the state requires and that are not confirmed.</summary>
    public static IEnumerable<Intent> Pending(UploadState state) => state switch
    {
        UploadState.Open { Listed: false, Spec: { IsListed: true } spec } => [List(spec)],
        UploadState.Completing completing => WhileCompleting(completing),
        UploadState.Stored stored => AfterPublication(stored),
        UploadState.Ended { Closed: false, Listed: true } ended => [Unlist(ended.Spec)],

        // The answer to what has ended it waits for the confirmation, and with it for the removal from the list.
        UploadState.Ended { Closed: false } ended => [List(ended.Spec) with { AnswersUnconfirmed = false }],
        _ => [],
    };

    /// <summary>Returns the decision with the intents that the state after its events requires.</summary>
    public static Decision<UploadEvent> RaisingPendingAfter(this Decision<UploadEvent> decision, UploadState before) =>
        decision.Raising([.. Pending(decision.Events.Aggregate(before, UploadEvolution.Apply))]);

    /// <summary>Deletes the bytes of an upload that has ended without an archive or object. No state records this: what a crash, a failure,
    /// a backup or a clock that is not trusted leaves is collected later.</summary>
    public static ImmutableArray<Intent> ReclaimEnded(UploadSpec spec, ServiceTime time) =>
        time is { IsTrusted: true, HoldsBytes: false } ? [ReclaimBytes(spec) with { IsRecorded = false }] : [];

    /// <summary>Makes the vault or bucket list the upload.</summary>
    private static Intent List(UploadSpec spec)
    {
        var entry = spec.ListEntry;
        return new Intent(
            "list",
            new TellKey(spec.ListIndex, entry.PositionIn(KeyTree.Uploads), new ListUpload(entry)),
            new ConfirmUploadListed())
        {
            AnswersUnconfirmed = true,
        };
    }

    /// <summary>Makes the vault or bucket stop listing the upload.</summary>
    /// <param name="spec">Of the upload.</param>
    /// <param name="mayWait">Whether the index of archives is told at the same time. It is written later, after the manifest.</param>
    private static Intent Unlist(UploadSpec spec, bool mayWait = false)
    {
        var position = spec.ListEntry.PositionIn(KeyTree.Uploads);
        return new Intent("unlist", new TellKey(spec.ListIndex, position, new UnlistUpload(position, mayWait)), new ConfirmUploadUnlisted())
        {
            AnswersUnconfirmed = true,
        };
    }

    private static IEnumerable<Intent> WhileCompleting(UploadState.Completing completing)
    {
        yield return (completing.Spec, completing.Completion) switch
        {
            (ArchiveUploadSpec spec, ArchiveCompletion archive) => StoreArchive(spec, archive, completing.Before.Parts),
            (ObjectUploadSpec spec, ObjectCompletion published) => PublishObject(spec, published),
            _ => throw new InvalidOperationException($"{completing.Completion.GetType().Name} is not of {completing.Spec.GetType().Name}."),
        };
        if (!completing.Unlisted && UploadEvolution.UnlistsAtOnce(completing.Spec))
        {
            yield return Unlist(completing.Spec, mayWait: true);
        }
    }

    /// <summary>Stores the manifest in the part store if there has to be one, and then adds the archive to the vault's index. Both are one
    /// intent, because repeating the first step changes nothing: a crash in between costs less than a record of it in every
    /// completion.</summary>
    private static Intent StoreArchive(ArchiveUploadSpec spec, ArchiveCompletion done, PartMap parts)
    {
        var index = AddToIndex(spec, done);
        return new Intent(
            "index",
            Manifest.IsStoredFor(parts) ? new StoreManifest(ArchiveManifest.Of(spec, done, parts), index) : index,
            static verdict => new ConfirmArchiveIndexed(verdict is AdditionVerdict.VaultGone))
        {
            AnswersUnconfirmed = true,

            // No answer may name an archive that the vault has not recorded.
            Revises = (answer, verdict) => verdict is not AdditionVerdict.VaultGone ? answer
                : spec.IsListed ? new Refusal.UploadNotFound()
                : new Refusal.VaultNotFound(spec.Vault.Id),
        };
    }

    private static TellEntity AddToIndex(ArchiveUploadSpec spec, ArchiveCompletion done)
    {
        var entry = new ArchiveEntry(
            done.Archive, spec.Upload, done.SizeBytes, done.TreeHash, spec.Description, done.At, spec.ByteStorage);
        var shard = spec.Vault.ShardOf(done.Archive);
        return new TellEntity(spec.Vault.ArchiveShard(shard), new AddArchive(spec.Vault, shard, entry));
    }

    /// <summary>Has the key's leaf publish the object. Without a condition the answer need not wait for the confirmation: the leaf
    /// gives a repeated message the same verdict until the upload has recorded it.</summary>
    private static Intent PublishObject(ObjectUploadSpec spec, ObjectCompletion completion)
    {
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
            Revises = (answer, verdict) => answer is PublishedObject published ? Revise(published, verdict, spec.Name) : answer,
        };
    }

    private static IAnswer Revise(PublishedObject answer, IAnswer verdict, ObjectName name) => verdict switch
    {
        PublicationVerdict.Overtaken => new ObjectRefusal.KeyChanged(),
        PublicationVerdict.ConditionFailed failed => new ObjectRefusal.PreconditionFailed(failed.Exists),
        PublicationVerdict.BucketDeleted => new ObjectRefusal.BucketNotFound(name.Bucket.Name),
        _ => answer,
    };

    private static IEnumerable<Intent> AfterPublication(UploadState.Stored stored)
    {
        if (stored is { Settled: false, Spec: ObjectUploadSpec published })
        {
            yield return SettlePublication(published);
        }

        if (!stored.Unlisted)
        {
            yield return Unlist(stored.Spec);
        }

        if (stored is { Parts: { } parts, ReleasedAt: null } && Manifest.IsStoredFor(parts))
        {
            var manifest = ObjectManifest.Of(
                stored.Spec.Upload, stored.Completion.SizeBytes, [.. parts.From(1).Select(NumberedParts.PartOf)]);
            yield return new Intent("manifest", new StoreManifest(manifest), new ConfirmManifestStored());
        }

        if (stored is { BytesReleased: true, BytesReclaimed: false })
        {
            yield return ReclaimBytes(stored.Spec);
        }
    }

    private static Intent SettlePublication(ObjectUploadSpec spec) => new(
        "settle",
        new TellKey(
            ObjectsOf(spec), new KeyPosition(spec.Name.Key.ToString()), new SettlePublication(spec.Name.Key, spec.Upload)),
        new ConfirmPublicationSettled())
    {
        IsAwaited = false,
    };

    /// <summary>Deletes the bytes of a deleted archive or object that nothing refers to.</summary>
    private static Intent ReclaimBytes(UploadSpec spec) =>
        new("reclaim", new ReclaimBytes(spec.Upload, spec.Tenant), new ConfirmBytesReclaimed())
        {
            IsAwaited = false,
        };

    private static KeyIndexId ObjectsOf(ObjectUploadSpec spec) => new(spec.Name.Bucket, KeyTree.Objects);
}
