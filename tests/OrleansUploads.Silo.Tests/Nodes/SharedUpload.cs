namespace OrleansUploads.Silo.Tests.Nodes;

/// <summary>An upload that nodes share.</summary>
/// <param name="Vault">The vault name.</param>
/// <param name="Id">The upload ID.</param>
/// <param name="Content">The number of its content, which no other upload has.</param>
/// <param name="LengthBytes">The length of the archive.</param>
internal sealed record SharedUpload(string Vault, string Id, int Content, int LengthBytes)
{
    public const int PartBytes = Archives.MiB;

    public int Parts => (LengthBytes + PartBytes - 1) / PartBytes;

    public NumberedBytes OpenContent() => new(Content, LengthBytes);

    public static async Task WriteAllAsync(string path, IEnumerable<SharedUpload> uploads) => await File.WriteAllLinesAsync(
        path, uploads.Select(static upload => string.Create(CultureInfo.InvariantCulture, $"{upload.Vault} {upload.Id} {upload.Content} {upload.LengthBytes}")));

    public static IEnumerable<SharedUpload> ReadAll(string path) =>
        from line in File.ReadLines(path)
        let words = line.Split(' ')
        select new SharedUpload(
            words[0], words[1], int.Parse(words[2], CultureInfo.InvariantCulture), int.Parse(words[3], CultureInfo.InvariantCulture));
}
