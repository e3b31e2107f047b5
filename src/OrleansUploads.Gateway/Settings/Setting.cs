using System.Reflection;

namespace OrleansUploads.Gateway.Settings;

/// <summary>A property with a <see cref="SettingAttribute"/>.</summary>
internal sealed class Setting
{
    private readonly PropertyInfo _property;
    private readonly SettingAttribute _declared;
    private readonly Type _type;

    private Setting(PropertyInfo property, SettingAttribute declared, object defaults)
    {
        (_property, _declared) = (property, declared);
        _type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        Default = Show(defaults);
        Meaning = declared.Meaning
            .Replace("{min}", SettingForms.FormatLimit(_type, declared.Min), StringComparison.Ordinal)
            .Replace("{max}", SettingForms.FormatLimit(_type, declared.Max), StringComparison.Ordinal);
    }

    /// <summary>Its name, such as <c>StaleAfter</c>.</summary>
    public string Name => _property.Name;

    /// <inheritdoc cref="SettingAttribute.Meaning"/>
    public string Meaning { get; }

    /// <summary>The default as text, or null.</summary>
    public string? Default { get; }

    /// <inheritdoc cref="SettingAttribute.IsList"/>
    public bool IsList => _declared.IsList;

    /// <inheritdoc cref="SettingAttribute.IsSecret"/>
    public bool IsSecret => _declared.IsSecret;

    /// <inheritdoc cref="SettingAttribute.IsSameOnAllSilos"/>
    public bool IsSameOnAllSilos => _declared.IsSameOnAllSilos;

    /// <summary>All settings of a class, and then those of its base class, each in the order of their declaration.</summary>
    public static IReadOnlyList<Setting> Of<T>()
        where T : new() => Declared<T>.All;

    /// <summary>Writes the value as text, or null if there is none.</summary>
    public string? Show(object settings) => SettingForms.Format(_property.GetValue(settings));

    /// <summary>Reads a text.</summary>
    /// <returns>What is wrong with the text, as a sentence, or null if it is valid.</returns>
    public string? Read(object settings, string text)
    {
        var (value, wrong) = SettingForms.Parse(_type, text, _declared);
        if (wrong is null)
        {
            _property.SetValue(settings, value);
        }

        return wrong;
    }

    private static class Declared<T>
        where T : new()
    {
        public static readonly IReadOnlyList<Setting> All = Find(new T());

        private static Setting[] Find(object defaults) =>
        [
            .. from property in typeof(T).GetProperties()
               let declared = property.GetCustomAttribute<SettingAttribute>()
               where declared is not null
               select new Setting(property, declared, defaults),
        ];
    }
}
