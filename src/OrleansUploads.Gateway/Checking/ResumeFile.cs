using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansUploads.Engine.Checking;

namespace OrleansUploads.Gateway.Checking;

/// <summary>The file in which a check saves its progress.</summary>
/// <remarks>It does not contain findings, which are already printed. It is always replaced as a whole, so the previous file
/// survives a crash.</remarks>
internal sealed class ResumeFile(string path, string subject, bool deep)
{
    private const int Format = 3;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
    };

    private readonly Lock _writing = new();

    /// <returns>Null if the file does not exist.</returns>
    /// <exception cref="InvalidDataException">The file belongs to another check or is not a resume file.</exception>
    public CheckPosition? Read()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var content = File.ReadAllBytes(path);
            if (JsonSerializer.Deserialize<Versioned>(content, Json) is { Format: not Format })
            {
                throw new InvalidDataException(
                    $"{path} was written by another version of this program. Delete it to start the check from the beginning.");
            }

            var saved = JsonSerializer.Deserialize<Saved>(content, Json);
            return saved switch
            {
                null or { Position: null } => throw new JsonException("The file has no position."),
                _ when saved.Subject == subject && saved.Deep == deep => saved.Position,
                _ => throw new InvalidDataException(
                    $"{path} belongs to another check, of {saved.Subject}. Use another file, or delete it to start from the beginning."),
            };
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException(
                $"{path} is not a valid resume file. Delete it to start the check from the beginning.", fault);
        }
    }

    /// <summary>Saves the first position. A check that takes hours should learn at once if this is impossible.</summary>
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

    public void Write(CheckPosition position)
    {
        var unfinished = path + ".new";
        lock (_writing)
        {
            using (var file = File.Create(unfinished))
            {
                JsonSerializer.Serialize(file, new Saved(Format, subject, deep, position), Json);
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

    private sealed record Versioned(int Format);

    private sealed record Saved(int Format, string Subject, bool Deep, CheckPosition? Position = null);
}
