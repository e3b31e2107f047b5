namespace OrleansUploads.Simulation.Objects;

/// <summary>The reference model of a bucket: what clients were told of each key and of each multipart upload.</summary>
internal sealed class ObjectModel
{
    /// <summary>An object under this key always exists, so that the bucket can never be deleted.</summary>
    public const string Anchor = "zz/anchor";

    private readonly Dictionary<string, KeyHistory> _keys;
    private readonly Dictionary<ObjectETag, int> _contents = [];
    private long _instant;
    private int _values;

    public ObjectModel() => _keys = KeysAndAnchor.ToDictionary(key => key, _ => new KeyHistory());

    public IReadOnlyList<string> Keys { get; } =
        ["a", "a/1", "a/2", "a/b/1", "b", "b/1", "c", "d/1", "d/2", "é", "\uFF5E", "\U0001F600", "x/1", "x/2"];

    public IEnumerable<string> KeysAndAnchor => Keys.Append(Anchor);

    /// <summary>The keys whose objects have an archived storage class.</summary>
    public IReadOnlyList<string> Archived { get; } = ["x/1", "x/2"];

    public List<ModelUpload> Uploads { get; } = [];

    /// <summary>The next instant. Instants only order requests and answers.</summary>
    public long Tick() => ++_instant;

    public (int Value, byte[] Bytes) NewContent()
    {
        var value = ++_values;
        var text = TextOf(value);
        var md5 = SomeObject.Md5(text);
        _contents[new ObjectETag(md5, 0)] = value;
        _contents[ObjectETag.OfParts([md5])] = value;
        return (value, System.Text.Encoding.ASCII.GetBytes(text));
    }

    public static string TextOf(int value) => $"content {value}";

    public int ValueOf(ObjectETag tag) => _contents[tag];

    /// <summary>A condition in the terms of the protocol.</summary>
    /// <param name="value">The content that the key must have, or 0 for none, <see cref="KeyOperation.Any"/> for any, null for no
    /// condition.</param>
    /// <param name="isMultipart">Whether the content was uploaded in parts.</param>
    public PublishCondition? ConditionOf(int? value, bool isMultipart) => value switch
    {
        null => null,
        0 => PublishCondition.MustBeAbsent,
        KeyOperation.Any => PublishCondition.MustBePresent,
        { } known => new PublishCondition(_contents.First(content => content.Value == known && content.Key.Parts > 0 == isMultipart).Key),
    };

    /// <summary>Adds a write, whose outcome is unknown until it is answered.</summary>
    public KeyOperation AddWrite(string key, int value, int? condition) => Add(
        key,
        new KeyOperation { Action = KeyAction.Write, Value = value, Condition = condition, Start = Tick(), IsOptional = true });

    public KeyOperation AddDelete(string key) =>
        Add(key, new KeyOperation { Action = KeyAction.Delete, Start = Tick(), IsOptional = true });

    public void AddRead(string key, long start, int value) =>
        Add(key, new KeyOperation { Action = KeyAction.Read, Value = value, Start = start, End = Tick() });

    public void AddFailedCondition(string key, long start, int? condition) =>
        Add(key, new KeyOperation { Action = KeyAction.ConditionFailed, Condition = condition, Start = start, End = Tick() });

    /// <summary>The first key whose answers are not possible, or null.</summary>
    public string? FindImpossible()
    {
        var wrong = _keys.FirstOrDefault(known => known.Value.IsPossible() == false);
        return wrong.Key is null ? null : $"{wrong.Key}:\n{wrong.Value}";
    }

    private KeyOperation Add(string key, KeyOperation operation)
    {
        _keys[key].Add(operation);
        return operation;
    }
}

/// <summary>A multipart upload of one part, as its clients know it.</summary>
internal sealed class ModelUpload(UploadId id, string key, int? condition)
{
    private readonly Dictionary<int, RepeatedCompletions> _completions = [];

    public UploadId Id { get; } = id;

    public string Key { get; } = key;

    public int? Condition { get; } = condition;

    /// <summary>The part's versions: each may be the one that a client names.</summary>
    public List<(ChosenPart Part, int Value)> Versions { get; } = [];

    /// <summary>The writes that its completions ask for, by content.</summary>
    public Dictionary<int, KeyOperation> Writes { get; } = [];

    public PublishedObject? Published { get; set; }

    public bool IsAborted { get; set; }

    public RepeatedCompletions CompletionsOf(int value) =>
        _completions.TryGetValue(value, out var known) ? known : _completions[value] = new RepeatedCompletions();
}
