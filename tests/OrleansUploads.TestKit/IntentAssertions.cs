using OrleansUploads.Core.Deciding;

namespace OrleansUploads.TestKit;

public static class IntentAssertions
{
    /// <summary>The action, which must be of this type.</summary>
    public static T Does<T>(this Intent intent)
        where T : IntentAction => Assert.IsType<T>(intent.Action);

    /// <summary>The command to another entity, which must be of this type.</summary>
    public static T Tells<T>(this Intent intent)
        where T : ICommand => Assert.IsType<T>(intent.Does<TellEntity>().Command);
}
