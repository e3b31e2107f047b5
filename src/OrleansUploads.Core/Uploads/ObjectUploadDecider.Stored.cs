using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Uploads;

/// <content>What can be asked of an object, and changed of it without its bytes. An upload that does not know yet whether it was
/// published answers a change once it does, so that the caller asks again.</content>
internal sealed partial class ObjectUploadDecider
{
    /// <summary>Describes an object to those who read it. The leaf may have published an object whose upload does not know it
    /// yet.</summary>
    private static Decision<UploadEvent> Describe(UploadState state, DescribeObject command, ServiceTime time) => state switch
    {
        UploadState.ObjectCompleting completing when completing.Spec.Name == command.Name =>
            Reply(new ObjectDescription(
                completing.Spec,
                Publish(completing),
                [.. completing.Completion.Numbers.InOrder.Select(number => completing.Before.Parts[number].Part)])),
        UploadState.ObjectStored { BytesReleased: false } stored when stored.Spec.Name == command.Name =>
            Reply(new ObjectDescription(
                stored.Spec,
                Publish(stored),
                stored.Parts is { } parts ? [.. parts.Select(accepted => accepted.Part)] : null,
                stored.ChangedTags,
                stored.Restore?.StatusAt(time))),
        _ => Refuse(new ObjectRefusal.KeyNotFound()),
    };

    private static Decision<UploadEvent> SetTags(UploadState state, SetObjectTags command) => state switch
    {
        UploadState.ObjectCompleting completing when completing.Spec.Name == command.Name => Repeat(Completing),
        UploadState.ObjectStored { ReleasedAt: null } stored when stored.Spec.Name == command.Name =>
            ObjectTags.AreSame(stored.ChangedTags ?? stored.Spec.Tags, command.Tags)
                ? Nothing
                : Accept(new ObjectTagged(command.Tags)),
        _ => Refuse(new ObjectRefusal.KeyNotFound()),
    };

    private Decision<UploadEvent> Restore(UploadState state, RestoreObject command, ServiceTime time) => state switch
    {
        UploadState.ObjectCompleting completing when completing.Spec.Name == command.Name => Repeat(Completing),
        UploadState.ObjectStored { ReleasedAt: null } stored when stored.Spec.Name == command.Name => Restore(stored, command, time),
        _ => Refuse(new ObjectRefusal.KeyNotFound()),
    };

    private Decision<UploadEvent> Restore(UploadState.ObjectStored stored, RestoreObject command, ServiceTime time)
    {
        if (!stored.Spec.StorageClass.Offers(command.Tier))
        {
            return Refuse(new ObjectRefusal.RestoreNotOffered(stored.Spec.StorageClass, command.Tier));
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
