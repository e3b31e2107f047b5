using System.Text.Json;
using OrleansUploads.Engine.Checking;

namespace OrleansUploads.Cli.Checking;

/// <summary>The file in which a check saves its progress.</summary>
/// <remarks>It does not contain findings, which are already printed. It is always replaced as a whole, so the previous file
/// survives a crash.</remarks>
internal sealed class ResumeFile(string path, CheckSettings settings)
{
    private const int Format = 1;
    private readonly Lock _writing = new();

    /// <summary>Returns the position to continue from, or null if the file does not exist.</summary>
    /// <exception cref="InvalidDataException">The file belongs to another check or is not a resume file.</exception>
    public CheckPosition? Read()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            if (root.GetProperty("format").GetInt32() != Format)
            {
                throw new InvalidDataException(
                    $"{path} was written by another version of this program. Delete it to start the check from the beginning.");
            }

            var folder = root.GetProperty("folder").GetString();
            if (folder != settings.DataFolder || root.GetProperty("deep").GetBoolean() != settings.Deep)
            {
                throw new InvalidDataException(
                    $"{path} belongs to another check, of {folder}. Use another file, or delete it to start from the beginning.");
            }

            return new CheckPosition(
                Enum.Parse<CheckStage>(root.GetProperty("stage").GetString()!),
                root.GetProperty("after").GetInt64(),
                new CheckTally
                {
                    Histories = root.GetProperty("histories").GetInt64(),
                    Archives = root.GetProperty("archives").GetInt64(),
                    OpenUploads = root.GetProperty("openUploads").GetInt64(),
                    Parts = root.GetProperty("parts").GetInt64(),
                    PartBytes = root.GetProperty("partBytes").GetInt64(),
                    Damaged = root.GetProperty("damaged").GetInt64(),
                });
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or FormatException
            or InvalidOperationException or ArgumentException)
        {
            throw new InvalidDataException(
                $"{path} is not a valid resume file. Delete it to start the check from the beginning.", fault);
        }
    }

    /// <summary>Saves the first position. A check that takes hours should not learn in the end that this is impossible.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Begin(CheckPosition position)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"{path} is a folder. Name a file with --resume.");
        }

        try
        {
            Write(position);
        }
        catch (DirectoryNotFoundException fault)
        {
            throw new IOException($"The folder of {path} does not exist. Create it, or name another file with --resume.", fault);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new IOException($"You may not write {path}. Name another file with --resume.", fault);
        }
    }

    /// <summary>Saves a position.</summary>
    public void Write(CheckPosition position)
    {
        var unfinished = path + ".new";
        lock (_writing)
        {
            using (var file = File.Create(unfinished))
            using (var writer = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true }))
            {
                writer.WriteStartObject();
                writer.WriteNumber("format", Format);
                writer.WriteString("folder", settings.DataFolder);
                writer.WriteBoolean("deep", settings.Deep);
                writer.WriteString("stage", position.Stage.ToString());
                writer.WriteNumber("after", position.After);
                writer.WriteNumber("histories", position.Tally.Histories);
                writer.WriteNumber("archives", position.Tally.Archives);
                writer.WriteNumber("openUploads", position.Tally.OpenUploads);
                writer.WriteNumber("parts", position.Tally.Parts);
                writer.WriteNumber("partBytes", position.Tally.PartBytes);
                writer.WriteNumber("damaged", position.Tally.Damaged);
                writer.WriteEndObject();
            }

            File.Move(unfinished, path, overwrite: true);
        }
    }

    /// <summary>Deletes the file after the check has finished.</summary>
    public void Delete()
    {
        lock (_writing)
        {
            File.Delete(path);
        }
    }
}
