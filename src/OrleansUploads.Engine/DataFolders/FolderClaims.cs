using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ownership;

namespace OrleansUploads.Engine.DataFolders;

/// <summary>The claims of a data folder, in a file that backups leave out.</summary>
/// <remarks>The identity of the folder contains the inode number of a file that is never replaced, which a copy does not have.</remarks>
internal sealed class FolderClaims(string folder, IDiskFlush flush) : IClaimRecord
{
    /// <summary>Name of the file. It has a random number, the claim that holds the store, a claim that was begun, and the latest
    /// renewal.</summary>
    public const string FileName = "store-owner";

    private const int RandomBytes = 16;

    private readonly string _path = Path.Combine(folder, FileName);

    public ValueTask<string> ReadIdentityAsync(CancellationToken cancellationToken)
    {
        if (Read() is not { } lines)
        {
            lines = new Lines(RandomNumberGenerator.GetHexString(2 * RandomBytes, lowercase: true), null, null, null);
            Write(lines);
        }

        FolderMark.FindOrMakeClaim(folder, RandomNumberGenerator.GetBytes(RandomBytes), flush);
        var claim = Path.Combine(folder, FolderMark.ClaimFileName);
        var inode = FileStatus.IsSupported && FileStatus.ReadAt(claim, FileStatus.Inode, out var status) == 0 ? status.Number : 0;
        return ValueTask.FromResult(string.Create(CultureInfo.InvariantCulture, $"folder {lines.Id} {inode}"));
    }

    public ValueTask<KeptClaims> FindAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(Read() is { } lines ? new KeptClaims(lines.Held, lines.Begun) : default);

    public ValueTask KeepAsync(KeptClaims claims, CancellationToken cancellationToken)
    {
        Write(Read()! with { Held = claims.Held, Begun = claims.Begun });
        return ValueTask.CompletedTask;
    }

    public ValueTask<string?> FindRenewalAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Read()?.Renewal);

    public ValueTask<bool> TryKeepRenewalAsync(string renewal, string? previous, CancellationToken cancellationToken)
    {
        if (Read() is not { } lines || lines.Renewal != previous)
        {
            return ValueTask.FromResult(false);
        }

        Write(lines with { Renewal = renewal });
        return ValueTask.FromResult(true);
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private Lines? Read() => DurableFile.TryRead(_path) is not { } content ? null
        : Encoding.UTF8.GetString(content).Split('\n') is [{ Length: 2 * RandomBytes } id, var held, var begun, var renewal, ..]
            ? new Lines(id, NullIfEmpty(held), NullIfEmpty(begun), NullIfEmpty(renewal))
        : throw new IOException($"{_path} is damaged. Delete it, and run 'orleans-uploads take-over'.");

    private void Write(Lines lines) =>
        DurableFile.Replace(_path, Encoding.UTF8.GetBytes($"{lines.Id}\n{lines.Held}\n{lines.Begun}\n{lines.Renewal}\n"), flush);

    private sealed record Lines(string Id, string? Held, string? Begun, string? Renewal);
}
