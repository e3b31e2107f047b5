using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Receiving;

/// <summary>Uploads objects: stores bytes in new attempts, makes them durable, and only then reports them to the upload.</summary>
/// <remarks>Each body in flight uses bounded memory, independent of its length.</remarks>
/// <param name="time">The clock of creation times.</param>
/// <param name="keys">Gives tickets for publications.</param>
/// <param name="maintenance">How soon unowned bytes are deleted, or null for the default.</param>
/// <param name="lanes">Hashes several bodies at a time, or null to hash each one alone.</param>
public sealed class ObjectIntake(
    IEntityHost host,
    IPartStore parts,
    IdSource ids,
    TimeProvider time,
    KeyIndex keys,
    MaintenanceOptions? maintenance = null,
    SharedLanes? lanes = null)
{
    /// <summary>The maximum number of times that a command waits for a completion in progress.</summary>
    private const int MaxWaits = 3;

    private readonly AttemptIntake _attempts = new(host, parts, lanes, maintenance ?? new MaintenanceOptions());
    private readonly TicketedPublication _publication = new(host, keys, time);

    /// <summary>Initiates a multipart upload. With a key, finds the one that was initiated with the same key before.</summary>
    /// <param name="name">The object that it becomes.</param>
    /// <param name="headers">What the client says of the object.</param>
    /// <param name="checksum">The checksum that the client chose, or null if it chose none.</param>
    /// <param name="createKey">The client's key, distinct for each upload of the object, or null if it has none.</param>
    /// <param name="cancellationToken">Stops waiting; the upload may have been initiated.</param>
    /// <returns>What is fixed of the upload; refused if the bucket was deleted, or if the key belongs to an upload that has ended or has other
    /// properties.</returns>
    /// <exception cref="EntityUnavailableException">The outcome is unknown. Initiating again is safe with a key, and creates another upload
    /// without.</exception>
    public async ValueTask<Outcome<ObjectUploadSpec>> InitiateAsync(
        ObjectName name, ObjectHeaders headers, ChosenChecksum? checksum, string? createKey, CancellationToken cancellationToken)
    {
        var spec = NewSpec(ids.NewUpload(), name, headers, UploadOrigin.Multipart, checksum);
        if (createKey is not null)
        {
            // The leaf of an object changes when leaves split, and an ID must not.
            var group = EntityGroup.Of(new LeafId(new KeyIndexId(name.Bucket, KeyTree.Objects), LeafName.First));
            spec = spec with { Upload = UploadId.FromCreateKey($"{name.Bucket}/{name.Key}", createKey).InGroup(group) };
        }

        var initiated = await host.AskAsync(spec.Upload.Entity, new InitiateUpload(spec), cancellationToken);
        if (initiated.Refusal is { } refused)
        {
            return new(refused);
        }

        if (createKey is null)
        {
            return new(spec);
        }

        // An upload that exists already stays as it is.
        var found = await host.AskAsync(spec.Upload.Entity, new SummarizeObjectUpload(name), cancellationToken);
        return !found.TryGet(out var known, out var refusal) ? new(refusal)
            : spec.RefusalOfRepetition(known.Spec, known.Phase) is { } inUse ? new(inUse)
            : new(known.Spec);
    }

    /// <summary>Stores a part.</summary>
    /// <param name="name">The object in the request.</param>
    /// <param name="number">The part's number.</param>
    /// <param name="body">The bytes.</param>
    /// <param name="sender">Who sends them, or null if that is not known.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <exception cref="PartStoreFullException">The part store is full.</exception>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; sending the part again is safe.</exception>
    public async ValueTask<Outcome<NumberedPart>> StorePartAsync(
        UploadId upload, ObjectName name, int number, ObjectBody body, Sender? sender, CancellationToken cancellationToken)
    {
        var check = await host.AskAsync(
            upload.Entity, new CheckNumberedPart(name, number, body.LengthBytes), cancellationToken);
        if (!check.TryGet(out var spec, out var refusal))
        {
            return new(refusal);
        }

        if (spec.Checksum?.Algorithm is { } expected && body.Algorithm is { } announced && announced != expected)
        {
            return new(new ObjectRefusal.ChecksumOfOtherAlgorithm(expected));
        }

        var attempt = ids.NewAttempt();
        var stored = await StoreAsync(upload, attempt, number, body, spec.Checksum?.Algorithm, cancellationToken);
        if (!stored.TryGet(out var part, out var refused))
        {
            // An attempt is also collected if its upload has ended, and then the body need not be sent again. The first check may have been
            // answered from outdated state.
            var ended = refused is ObjectRefusal.NumberedAttemptCollected
                ? (await host.AskAsync(upload.Entity, new CheckCurrentNumberedPart(name, number, body.LengthBytes), cancellationToken)).Refusal
                : null;
            return new(ended ?? refused);
        }

        var report = new StoreNumberedPart(name, part, sender);
        var reported = await _attempts.ReportAsync(upload, attempt, part.LengthBytes, report, cancellationToken);
        return reported.Refusal is { } late ? new(late) : new(part);
    }

    /// <summary>Stores an object in one request.</summary>
    /// <param name="name">The object.</param>
    /// <param name="headers">What the client says of it.</param>
    /// <param name="body">The bytes, at most <see cref="ObjectLimits.MaxPartBytes"/>.</param>
    /// <param name="condition">What must hold of the key, or null for nothing.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <exception cref="PartStoreFullException">The part store is full.</exception>
    /// <exception cref="EntityUnavailableException">The outcome is unknown.</exception>
    /// <exception cref="OperationCanceledException">The client is gone. The object may have been stored.</exception>
    public async ValueTask<Outcome<PublishedObject>> PutAsync(
        ObjectName name,
        ObjectHeaders headers,
        ObjectBody body,
        PublishCondition? condition,
        CancellationToken cancellationToken)
    {
        if (body.LengthBytes > ObjectLimits.MaxPartBytes)
        {
            return new(new ObjectRefusal.NumberedPartTooLarge(1, body.LengthBytes, ObjectLimits.MaxPartBytes));
        }

        var (upload, attempt) = ids.NewSingleRequest();
        var spec = NewSpec(upload, name, headers, UploadOrigin.SingleRequest, checksum: null);
        var isAnnounced = _attempts.MustBeAnnounced(body.LengthBytes);
        if (isAnnounced)
        {
            await host.AskAsync(spec.Upload.Entity, new InitiateUpload(spec), cancellationToken);
        }

        var early = _publication.TryTakeTicketAsync(name, cancellationToken);
        var mayBeInUse = false;
        try
        {
            var stored = await StoreAsync(spec.Upload, attempt, number: 1, body, preferred: null, cancellationToken);
            if (!stored.TryGet(out var part, out var refusal))
            {
                return new(refusal);
            }

            mayBeInUse = true;
            // A body that took long to arrive gets a new ticket, which is overtaken less often.
            var ticket = await early;
            var (outcome, isOfRepetition) = await _publication.SendAsync(
                spec.Upload,
                name,
                taken => new PutObject(spec, part, condition, taken.Number),
                isAnnounced ? null : ticket,
                cancellationToken);

            // The refusal of a repeated command proves nothing about the first one, unless the upload has ended with it. An upload whose key
            // was changed is open, and deletes its bytes when it expires.
            mayBeInUse = outcome.Refusal is null or ObjectRefusal.KeyChanged
                || (isOfRepetition && outcome.Refusal is not (ObjectRefusal.PreconditionFailed or ObjectRefusal.BucketNotFound));
            return outcome;
        }
        finally
        {
            if (!mayBeInUse)
            {
                await _attempts.DiscardAsync(spec.Upload);
            }
        }
    }

    /// <summary>Completes a multipart upload after checking that the part store has the chosen parts.</summary>
    /// <param name="name">The object in the request.</param>
    /// <param name="chosen">The parts, by number, or null for all. Then the size is stated.</param>
    /// <param name="sizeBytes">The object's size, as the client knows it, or null if it did not say.</param>
    /// <param name="checksum">The object's checksum, as the client knows it, or null if it did not say.</param>
    /// <param name="checksumType">The type of the object's checksum, as the client knows it, or null if it did not say.</param>
    /// <param name="condition">What must hold of the key, or null for nothing.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; completing again is safe.</exception>
    public async ValueTask<Outcome<PublishedObject>> CompleteAsync(
        UploadId upload,
        ObjectName name,
        IReadOnlyList<ChosenPart>? chosen,
        long? sizeBytes,
        Checksum? checksum,
        ChecksumType? checksumType,
        PublishCondition? condition,
        CancellationToken cancellationToken)
    {
        for (var waits = 1; ; waits++)
        {
            // Only an open upload is checked by the listing, which takes long for thousands of parts. A part that was reported after the
            // listing is missing from it, so list again.
            var open = await host.AskAsync(upload.Entity, new CheckObjectCompletion(name), cancellationToken);
            var stored = open.Refusal is null ? await parts.ListStoredAsync(upload, cancellationToken) : [];
            var (outcome, _) = await _publication.SendAsync(
                upload,
                name,
                ticket => new CompleteObjectUpload(
                    name, chosen, sizeBytes, checksum, condition, stored, checksumType, ticket.Number),
                taken: null,
                cancellationToken);
            if (outcome.Refusal is not (ObjectRefusal.NumberedPartLost or ObjectRefusal.UploadCompleting) || waits == MaxWaits)
            {
                return outcome;
            }
        }
    }

    /// <summary>Aborts a multipart upload. Waits for a completion in progress, which decides whether the upload can be
    /// aborted.</summary>
    /// <param name="name">The object in the request.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    public async ValueTask<Outcome<Done>> AbortAsync(
        UploadId upload, ObjectName name, CancellationToken cancellationToken)
    {
        for (var waits = 1; ; waits++)
        {
            var outcome = await host.AskAsync(upload.Entity, new AbortObjectUpload(name), cancellationToken);
            if (outcome.Refusal is not ObjectRefusal.UploadCompleting || waits == MaxWaits)
            {
                return outcome;
            }
        }
    }

    /// <summary>Stores a body and makes it durable. If the request states no checksum, the preferred one is computed, or
    /// CRC-64/NVME.</summary>
    private async ValueTask<Outcome<NumberedPart>> StoreAsync(
        UploadId upload,
        AttemptId attempt,
        int number,
        ObjectBody body,
        ChecksumAlgorithm? preferred,
        CancellationToken cancellationToken)
    {
        using var digests = new ObjectDigests(body, body.Algorithm ?? preferred ?? ChecksumAlgorithm.Crc64Nvme, lanes);
        try
        {
            return await _attempts.StoreAsync(
                upload,
                attempt,
                body.Content,
                body.LengthBytes,
                digests.NeedLinearHash,
                digests.AppendAsync,
                hashes => digests.Finish(hashes, number, body.LengthBytes == 0 ? null : attempt),
                cancellationToken);
        }
        catch (AttemptDamagedException)
        {
            return new(new ObjectRefusal.NumberedAttemptCollected(number));
        }
    }

    private ObjectUploadSpec NewSpec(
        UploadId upload, ObjectName name, ObjectHeaders headers, UploadOrigin origin, ChosenChecksum? checksum) => new(
            upload.InGroup(keys.GroupOf(name)),
            name,
            origin,
            time.GetUtcNow().InWholeMilliseconds(),
            headers.StorageClass,
            checksum,
            headers.Metadata,
            headers.Tags,
            headers.ByteStorage)
        {
            TotalBytes = headers.TotalBytes,
        };
}

/// <summary>What a client says of an object when it begins to upload it.</summary>
/// <param name="Metadata">Headers that are returned with the object, by lower-case name.</param>
/// <param name="Tags">The object's tags, or null for none.</param>
/// <param name="ByteStorage">Which system stores the bytes of a multipart upload.</param>
/// <param name="TotalBytes">The size of the object of a multipart upload, as the client announced it, or null.</param>
public sealed record ObjectHeaders(
    StorageClass StorageClass,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyDictionary<string, string>? Tags = null,
    ByteStorage ByteStorage = ByteStorage.Gateway,
    long? TotalBytes = null);

/// <summary>Sends the commands that publish objects, each with a ticket. A command that was overtaken is sent again with another ticket, as
/// long as its client is there. An abandoned publication therefore keeps its ticket: it takes effect before every later request, or
/// never.</summary>
internal sealed class TicketedPublication(IEntityHost host, KeyIndex keys, TimeProvider time)
{
    /// <summary>The maximum number of tickets of a request. It gets no third one unless it has a condition, or the key is deleted
    /// repeatedly.</summary>
    private const int MaxTickets = 10;

    /// <summary>How long a request gets tickets. After this time its client may have given up, although the connection does not show it
    /// yet, and may rely on the answer to a later request. Clients wait longer by default: Amazon's wait for a minute.</summary>
    private static readonly TimeSpan TicketLife = TimeSpan.FromSeconds(20);

    /// <summary>Takes a ticket in advance. This loads the key's leaf, so that the publication need not wait for it.</summary>
    /// <returns>The ticket, or null if the leaf did not give one. The task never fails.</returns>
    public async Task<KeyTicket?> TryTakeTicketAsync(ObjectName name, CancellationToken cancellationToken)
    {
        try
        {
            return await keys.TakeTicketAsync(name, cancellationToken);
        }
        catch (Exception fault) when (fault is EntityUnavailableException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Sends a command. Its first ticket is the one that was taken in advance, or a new one.</summary>
    /// <returns>The outcome, and whether it answers a repetition: see <see cref="TrackedAnswer.IsToRepetition"/>.</returns>
    /// <exception cref="EntityUnavailableException">The outcome is unknown.</exception>
    /// <exception cref="OperationCanceledException">The client is gone; the outcome is unknown.</exception>
    public async ValueTask<(Outcome<PublishedObject> Outcome, bool IsOfRepetition)> SendAsync(
        UploadId upload,
        ObjectName name,
        Func<KeyTicket, ICommand<PublishedObject>> command,
        KeyTicket? taken,
        CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var ticket = taken ?? await keys.TakeTicketAsync(name, cancellationToken);
        for (var tickets = 1; ; tickets++)
        {
            var (outcome, isOfRepetition) = await host.AskTrackedAsync(upload.Entity, command(ticket), cancellationToken);
            if (outcome.Refusal is not ObjectRefusal.KeyChanged
                || tickets == MaxTickets
                || time.GetElapsedTime(began) >= TicketLife)
            {
                return (outcome, isOfRepetition);
            }

            cancellationToken.ThrowIfCancellationRequested();
            ticket = await keys.IssueTicketAsync(name, cancellationToken);
        }
    }
}
