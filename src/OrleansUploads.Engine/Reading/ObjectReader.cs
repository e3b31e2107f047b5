using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Keys;

namespace OrleansUploads.Engine.Reading;

/// <summary>Finds objects and reads their bytes.</summary>
/// <param name="keys">The ordered indexes.</param>
public sealed class ObjectReader(IEntityHost host, KeyIndex keys, IPartStore parts)
{
    private readonly ArchiveReader _bytes = new(parts);
    private readonly CurrentObject _current = new(host, keys);

    /// <summary>Finds the object of a key.</summary>
    /// <param name="name">The object.</param>
    /// <returns>The object, or that the key has none.</returns>
    /// <exception cref="EntityUnavailableException">Nothing is known about the key; asking again is safe.</exception>
    public async ValueTask<Outcome<FoundObject>> FindAsync(ObjectName name, CancellationToken cancellationToken)
    {
        var (entry, described, _) = await _current.AskTrackedAsync(name, new DescribeObject(name), cancellationToken);
        return described.TryGet(out var description, out var refusal)
            ? new(new FoundObject(entry!, description))
            : new(refusal);
    }

    /// <summary>The manifest of an object: its extents and its parts.</summary>
    /// <exception cref="AttemptDamagedException">The manifest is missing or damaged.</exception>
    /// <exception cref="EntityUnavailableException">The object was overwritten or deleted, and its bytes are deleted.</exception>
    public async ValueTask<Manifest> ReadManifestAsync(FoundObject found, CancellationToken cancellationToken)
    {
        var published = found.Description.Published;
        if (found.Description.Parts is { } inline)
        {
            return ObjectManifest.Of(published.Upload, published.SizeBytes, inline);
        }

        if (await parts.ReadManifestAsync(published.Upload, cancellationToken) is { } manifest)
        {
            return manifest;
        }

        await RequireKeptAsync(found, cancellationToken);
        throw new AttemptDamagedException($"The manifest of upload {published.Upload} is missing from the part store.");
    }

    /// <summary>Copies a range of an object's bytes.</summary>
    /// <param name="found">The object.</param>
    /// <param name="manifest">The object's manifest.</param>
    /// <param name="range">The bytes to copy. They must be inside the object.</param>
    /// <param name="destination">The stream to write to. It receives only verified bytes.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <exception cref="AttemptDamagedException">Stored bytes are damaged. Only a part of the range was copied.</exception>
    /// <exception cref="EntityUnavailableException">The object was overwritten or deleted, and its bytes were deleted after their grace.
    /// Only a part of the range was copied.</exception>
    public async ValueTask CopyAsync(
        FoundObject found, Manifest manifest, PartRange range, Stream destination, CancellationToken cancellationToken)
    {
        try
        {
            await _bytes.CopyAsync(manifest, range, destination, cancellationToken);
        }
        catch (AttemptDamagedException)
        {
            await RequireKeptAsync(found, cancellationToken);
            throw;
        }
    }

    /// <summary>Tells bytes that were deleted after their grace, while a slow client read them, from bytes that are lost.</summary>
    private async ValueTask RequireKeptAsync(FoundObject found, CancellationToken cancellationToken)
    {
        var entity = found.Description.Published.Upload.Entity;
        var described = await host.AskAsync(entity, new DescribeObject(found.Description.Spec.Name), cancellationToken);
        if (described.Refusal is ObjectRefusal.KeyNotFound)
        {
            throw new EntityUnavailableException(
                entity,
                "its object was overwritten or deleted, and its bytes were deleted before they had been read. Read the key again, or set a "
                + "longer ReplacedObjectGrace.");
        }
    }
}

/// <summary>An object that was found under its key.</summary>
/// <param name="Entry">What listings show of it.</param>
/// <param name="Description">The rest.</param>
public sealed record FoundObject(KeyEntry Entry, ObjectDescription Description);
