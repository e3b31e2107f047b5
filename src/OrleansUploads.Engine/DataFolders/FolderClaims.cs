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
    /// <summary>Name of the file: a random number, the claim that holds the store, and one that was begun.</summary>
    public const string FileName = "store-owner";

    private const int RandomBytes = 16;

    private readonly string _path = Path.Combine(folder, FileName);

    public ValueTask<string> ReadIdentityAsync(CancellationToken cancellationToken)
    {
        if (Read() is not { } lines)
        {
            lines = [Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes)), "", ""];
            Write(lines);
        }

        FolderMark.FindOrMakeClaim(folder, RandomNumberGenerator.GetBytes(RandomBytes), flush);
        var claim = Path.Combine(folder, FolderMark.ClaimFileName);
        var inode = FileStatus.IsSupported && FileStatus.ReadAt(claim, FileStatus.Inode, out var status) == 0 ? status.Number : 0;
        return ValueTask.FromResult(string.Create(CultureInfo.InvariantCulture, $"folder {lines[0]} {inode}"));
    }

    public ValueTask<KeptClaims> FindAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(Read() is [_, var held, var begun] ? new KeptClaims(NullIfEmpty(held), NullIfEmpty(begun)) : default);

    public ValueTask KeepAsync(KeptClaims claims, CancellationToken cancellationToken)
    {
        Write([Read()![0], claims.Held ?? "", claims.Begun ?? ""]);
        return ValueTask.CompletedTask;
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private string[]? Read() => DurableFile.TryRead(_path) is not { } content ? null
        : Encoding.UTF8.GetString(content).Split('\n') is [{ Length: 2 * RandomBytes } id, var held, var begun, ..] ? [id, held, begun]
        : throw new IOException($"{_path} is damaged. Delete it, and run 'orleans-uploads take-over'.");

    private void Write(string[] lines) => DurableFile.Replace(_path, Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), flush);
}
