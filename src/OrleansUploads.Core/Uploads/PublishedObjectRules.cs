using OrleansUploads.Core.Settings;

namespace OrleansUploads.Core.Uploads;

/// <summary>What callers ask of the object that an upload became, or is becoming.</summary>
/// <param name="retrievals">How long restores take.</param>
internal sealed class PublishedObjectRules(RetrievalPolicy retrievals) : Rules<UploadEvent>
{
    /// <summary>Decides a command about the object.</summary>
    public Decision<UploadEvent> Decide(
        UploadState.Known state, ObjectUploadSpec spec, AddressedUploadCommand command, ServiceTime time) => (command, state) switch
        {
            (DescribeObject, _) => Describe(state, spec, command, time),
            (_, UploadState.Completing) => Repeat(new ObjectRefusal.UploadCompleting()),
            (SetObjectTags c, UploadState.Stored { ReleasedAt: null } stored) =>
                ObjectTags.AreSame(stored.ChangedTags ?? spec.Tags, c.Tags) ? Nothing : Accept(new ObjectTagged(c.Tags)),
            (RestoreObject c, UploadState.Stored { ReleasedAt: null } stored) => Restore(stored, spec, c, time),
            _ => Refuse(command.NotFound),
        };

    /// <summary>Describes an object to those who read it. The leaf may have published an object whose upload does not know it
    /// yet.</summary>
    private static Decision<UploadEvent> Describe(
        UploadState.Known state, ObjectUploadSpec spec, AddressedUploadCommand command, ServiceTime time) => state switch
        {
            UploadState.Completing { Completion: ObjectCompletion completion } completing => Reply(new ObjectDescription(
                spec, UploadQueries.Describe(spec, completion), PartsOf(completing.Before.Parts.Only(completion.Numbers)))),
            UploadState.Stored { BytesReleased: false, Completion: ObjectCompletion completion } stored => Reply(new ObjectDescription(
                spec,
                UploadQueries.Describe(spec, completion),
                stored.Parts is { } parts ? PartsOf(parts) : null,
                stored.ChangedTags,
                stored.Restore?.StatusAt(time))),
            _ => Refuse(command.NotFound),
        };

    private static List<NumberedPart> PartsOf(PartMap parts) => [.. parts.From(1).Select(NumberedParts.PartOf)];

    private Decision<UploadEvent> Restore(UploadState.Stored stored, ObjectUploadSpec spec, RestoreObject command, ServiceTime time)
    {
        if (spec.ByteStorage == ByteStorage.External)
        {
            return Refuse(new ObjectRefusal.ObjectStoredExternally());
        }

        if (!spec.StorageClass.Offers(command.Tier))
        {
            return Refuse(new ObjectRefusal.RestoreNotOffered(spec.StorageClass, command.Tier));
        }

        if (command.Days is < 1 or > ObjectLimits.MaxRestoreDays)
        {
            return Refuse(new ObjectRefusal.RestoreDaysInvalid(command.Days, ObjectLimits.MaxRestoreDays));
        }

        switch (stored.Restore?.StatusAt(time))
        {
            case { IsInProgress: true }:
                return Refuse(new ObjectRefusal.RestoreInProgress());
            case not null:
                var counted = stored.Restore.CountAnew(command.Days, time);
                return counted == stored.Restore
                    ? Reply(new RestoreAccepted(WasReadable: true))
                    : Accept(new RestoreAccepted(WasReadable: true), new ObjectRestoreSet(counted));
            default:
                return Accept(
                    new RestoreAccepted(WasReadable: false), new ObjectRestoreSet(ObjectRestore.Begin(command, retrievals, time)));
        }
    }
}
